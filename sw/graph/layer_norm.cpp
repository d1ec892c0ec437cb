#include "sw/graph/layer_norm.hpp"

#include <fmt/format.h>

#include "sw/graph/graph.hpp"
#include "sw/graph/operator_check.hpp"
#include "sw/numerics/layernorm.hpp"

namespace intformer {
namespace {

using enum ElementType;

}  // namespace

std::vector<Operand> Traits<LayerNorm>::inputs(const LayerNorm& op) {
  return {{.role = "input", .tensor = op.input}};
}

std::vector<Operand> Traits<LayerNorm>::outputs(const LayerNorm& op) {
  std::vector<Operand> written;
  if (op.output8 != kNoTensor) written.push_back({.role = "output8", .tensor = op.output8});
  if (op.output16 != kNoTensor) written.push_back({.role = "output16", .tensor = op.output16});
  return written;
}

uint64_t Traits<LayerNorm>::macs(const Graph&, const LayerNorm&) {
  return 0;
}

std::string Traits<LayerNorm>::shape(const Graph& graph, const LayerNorm& op) {
  const TensorInfo& in = graph.tensors[op.input];
  return fmt::format("{} {}x{}{}{}", op.rootMeanSquare ? "rms_norm" : "layer_norm", in.rows, in.cols,
                     op.output8 != kNoTensor ? " int8" : "",
                     op.output16 != kNoTensor ? " int16" : "");
}

LayerNorm Traits<LayerNorm>::withoutContents(const LayerNorm& op) {
  return op;
}

void Traits<LayerNorm>::check(const OperatorCheck& check, const LayerNorm& op) {
  const TensorInfo& in = check.tensor("input", op.input, {Int16});
  check.require(in.cols <= kMaxNormWidth, "input", in.name, "has {} columns, at most {} are taken",
                in.cols, kMaxNormWidth);
  check.require(op.output8 != kNoTensor || op.output16 != kNoTensor, "output8", "null",
                "output8 or output16 must be given");
  const auto output = [&](std::string_view field, TensorId id, ElementType type) {
    if (id == kNoTensor) return;
    check.shape(field, check.tensor(field, id, {type}), in.rows, in.cols);
    check.sameGroups(field, id, op.input);
  };
  output("output8", op.output8, Int8);
  output("output16", op.output16, Int16);
  check.range("epsilon", op.epsilon, 64, (uint64_t{1} << 48) - 1);
  check.range("shift", op.shift, 9, 31);
  check.count("gain", op.gain.size(), in.cols, kPerColumn);
  check.count("offset", op.offset.size(), in.cols, kPerColumn);
  if (op.rootMeanSquare) check.values<int32_t>("offset", op.offset, 0, 0);
}

}  // namespace intformer
