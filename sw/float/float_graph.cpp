#include "sw/float/float_graph.hpp"

#include <algorithm>
#include <stdexcept>

namespace intformer::floating {
namespace {

/// Calls visit(id) for every tensor that the operator, const or not, reads.
template <typename Op, typename Visit>
void visitInputs(Op& op, const Visit& visit) {
  if constexpr (requires { op.query; }) {
    visit(op.query);
    visit(op.key);
    visit(op.value);
  }
  if constexpr (requires { op.input; }) visit(op.input);
  if constexpr (requires { op.epilogue; })
    if (auto* residual = std::get_if<FloatResidual>(&op.epilogue)) visit(residual->identity);
}

}  // namespace

Mask Reach::mask(uint32_t length) const {
  Mask mask;
  mask.lowMoves = before.has_value();
  mask.highMoves = behind.has_value();
  mask.low = before ? -static_cast<int32_t>(*before) : 0;
  mask.high = behind ? static_cast<int32_t>(*behind) + 1 : static_cast<int32_t>(length);
  return mask;
}

const std::string& operatorName(const FloatOperator& op) {
  return std::visit([](const auto& specific) -> const std::string& { return specific.name; }, op);
}

TensorId outputOf(const FloatOperator& op) {
  return std::visit([](const auto& specific) { return specific.output; }, op);
}

std::vector<TensorId> inputsOf(const FloatOperator& op) {
  std::vector<TensorId> inputs;
  std::visit([&](const auto& specific) {
    visitInputs(specific, [&](TensorId id) { inputs.push_back(id); });
  }, op);
  return inputs;
}

std::vector<std::size_t> lastReaders(const FloatGraph& graph) {
  std::vector<std::size_t> last(graph.tensors.size(), 0);
  for (std::size_t i = 0; i < graph.operators.size(); ++i)
    for (const TensorId id : inputsOf(graph.operators[i])) last[id] = i;
  last[graph.output] = graph.operators.size();
  return last;
}

std::vector<const AffineMap*> mapsThatRead(const FloatGraph& graph, TensorId tensor) {
  std::vector<const AffineMap*> maps;
  for (const FloatOperator& op : graph.operators)
    if (const auto* linear = std::get_if<FloatLinear>(&op); linear && linear->input == tensor)
      maps.push_back(&linear->map);
  return maps;
}

const FloatEmbedding& embeddingOf(const FloatGraph& graph) {
  for (const FloatOperator& op : graph.operators)
    if (const auto* embedding = std::get_if<FloatEmbedding>(&op)) return *embedding;
  throw std::invalid_argument(graph.name + ": has no embedding");
}

void keepBlocks(FloatGraph& graph, std::size_t count) {
  const TensorId whole = graph.blocks.back().output;
  const std::size_t end = graph.blocks.back().end;
  graph.blocks.resize(count);
  const FloatBlock& last = graph.blocks.back();
  const auto at = [&](std::size_t index) {
    return graph.operators.begin() + static_cast<std::ptrdiff_t>(index);
  };
  graph.operators.erase(at(last.end), at(end));
  const auto reconnect = [&](TensorId& id) {
    if (id == whole) id = last.output;
  };
  for (auto op = at(last.end); op != graph.operators.end(); ++op)
    std::visit([&](auto& specific) { visitInputs(specific, reconnect); }, *op);
  reconnect(graph.output);
}

}  // namespace intformer::floating
