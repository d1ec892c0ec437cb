#include "sw/graph/graph.hpp"

namespace intformer {
namespace {

/// Calls `ask(op, traits)` with the operator and what its kind says of itself.
template <typename Ask>
auto asked(const Operator& op, Ask ask) {
  return match(op, [&]<typename Op>(const Op& one) { return ask(one, Traits<Op>()); });
}

}  // namespace

TensorId Graph::addConstant(std::string tensor, Tensor values, uint32_t groupCols) {
  const TensorId id = addTensor({std::move(tensor), values.type, values.rows, values.cols,
                                 TensorRole::Constant, groupCols});
  constants[id] = std::move(values);
  return id;
}

const std::string& operatorName(const Operator& op) {
  return match(op, [](const auto& one) -> const std::string& { return one.name; });
}

std::string operatorKind(const Operator& op) {
  return asked(op, [](const auto&, auto traits) { return traits.kKind; });
}

std::string operatorShape(const Graph& graph, const Operator& op) {
  return asked(op, [&](const auto& one, auto traits) { return traits.shape(graph, one); });
}

std::optional<Sequence> sequenceOf(const Operator& op) {
  return asked(op, []<typename Op>(const Op& one, auto traits) -> std::optional<Sequence> {
    if constexpr (SequenceOperator<Op>) return traits.sequence(one);
    return std::nullopt;
  });
}

bool isRowWise(const Operator& op) {
  return asked(op, [](const auto&, auto traits) { return traits.kRowWise; });
}

std::vector<Operand> inputsOf(const Operator& op) {
  return asked(op, [](const auto& one, auto traits) { return traits.inputs(one); });
}

std::vector<Operand> outputsOf(const Operator& op) {
  return asked(op, [](const auto& one, auto traits) { return traits.outputs(one); });
}

uint64_t macs(const Graph& graph, const Operator& op) {
  return asked(op, [&](const auto& one, auto traits) { return traits.macs(graph, one); });
}

Operator withoutContents(const Operator& op) {
  return asked(op, [](const auto& one, auto traits) -> Operator {
    return traits.withoutContents(one);
  });
}

}  // namespace intformer
