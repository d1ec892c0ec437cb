#include "sw/graph/graph.hpp"

namespace intformer {
namespace {

template <typename... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <typename... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

}  // namespace

uint64_t macs(const Graph& graph, const Operator& op) {
  return std::visit(
      Overloaded{
          [&](const Linear& linear) {
            return uint64_t{graph.tensors.at(linear.output).rows} * linear.depth * linear.cols;
          },
          [](const Attention& attention) {
            return uint64_t{2} * attention.heads * attention.rows * attention.rows *
                   attention.headWidth;
          },
          [](const LayerNorm&) { return uint64_t{0}; },
          [](const Embedding&) { return uint64_t{0}; }},
      op);
}

const std::string& operatorName(const Operator& op) {
  return std::visit([](const auto& specific) -> const std::string& { return specific.name; }, op);
}

std::string operatorKind(const Operator& op) {
  return std::visit(Overloaded{[](const Linear&) { return "linear"; },
                               [](const Attention&) { return "attention"; },
                               [](const LayerNorm&) { return "layer_norm"; },
                               [](const Embedding&) { return "embedding"; }},
                    op);
}

}  // namespace intformer
