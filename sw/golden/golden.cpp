#include "sw/golden/golden.hpp"

#include <fmt/core.h>

#include "sw/golden/detail.hpp"
#include "sw/golden/gemm.hpp"
#include "sw/numerics/layernorm.hpp"

namespace intformer {
namespace golden {

void require(bool holds, const std::string& op, const std::string& reason) {
  if (!holds) throw GraphError(op + ": " + reason);
}

const Tensor& input(const Graph& graph, const TensorValues& values, TensorId id,
                    const std::string& op) {
  require(id < graph.tensors.size(), op, "names a tensor that does not exist");
  const TensorInfo& info = graph.tensors[id];
  const Tensor& tensor = values[id];
  require(!tensor.data.empty(), op, "reads " + info.name + ", which has no value yet");
  require(tensor.rows == info.rows && tensor.cols == info.cols && tensor.type == info.type, op,
          "the value of " + info.name + " has another shape or type than declared");
  return tensor;
}

Tensor& output(const Graph& graph, TensorValues& values, TensorId id, const std::string& op) {
  require(id < graph.tensors.size(), op, "names a tensor that does not exist");
  const TensorInfo& info = graph.tensors[id];
  if (values[id].data.empty()) values[id] = Tensor(info.type, info.rows, info.cols);
  return values[id];
}

void run(const Graph& graph, const LayerNorm& op, TensorValues& values, Family) {
  const Tensor& in = input(graph, values, op.input, op.name);
  require(in.type == ElementType::Int16, op.name, "the input must be int16");
  require(in.cols <= kMaxNormWidth, op.name, "is wider than 4096");
  require(op.gain.size() == in.cols && op.offset.size() == in.cols, op.name,
          "needs a gain and an offset per column");
  require(op.shift >= 9 && op.shift <= 31, op.name, "needs a shift in 9..31");
  require(op.epsilon >= 64 && op.epsilon >> 48 == 0, op.name, "needs epsilon in [64, 2^48)");
  require(op.output8 != kNoTensor || op.output16 != kNoTensor, op.name, "has no output");
  const auto result = [&](TensorId id, ElementType type) -> Tensor* {
    if (id == kNoTensor) return nullptr;
    Tensor& tensor = output(graph, values, id, op.name);
    require(tensor.type == type && tensor.rows == in.rows && tensor.cols == in.cols, op.name,
            "has an output of the wrong shape or type");
    return &tensor;
  };
  Tensor* out8 = result(op.output8, ElementType::Int8);
  Tensor* out16 = result(op.output16, ElementType::Int16);
  const NormWidth width = normWidth(in.cols);
  parallelFor(in.rows, 16, [&](uint32_t begin, uint32_t end) {
    for (uint32_t r = begin; r < end; ++r) {
      NormSums sums;
      for (uint32_t c = 0; c < in.cols; ++c) {
        const int32_t x = in.at(r, c);
        sums.sum += x;
        sums.squares += x * x;
      }
      const NormRow row = normRow(sums, width, op.epsilon);
      for (uint32_t c = 0; c < in.cols; ++c) {
        const int16_t n = normNormalize(in.at(r, c), row);
        const int16_t y16 = normAffine(n, op.gain[c], op.offset[c], op.shift);
        if (out16) out16->at(r, c) = y16;
        if (out8) out8->at(r, c) = normTo8(y16);
      }
    }
  });
}

}  // namespace golden

void runOperator(const Graph& graph, const Operator& op, TensorValues& values, Family family) {
  values.resize(graph.tensors.size());
  std::visit([&](const auto& specific) { golden::run(graph, specific, values, family); }, op);
}

TensorValues runGolden(const Graph& graph, const TensorValues& inputs, Family family) {
  TensorValues values(graph.tensors.size());
  for (std::size_t id = 0; id < graph.tensors.size(); ++id) {
    if (graph.tensors[id].role != TensorRole::Input) continue;
    if (id >= inputs.size() || inputs[id].data.empty())
      throw GraphError(fmt::format("{}: no value given for this input", graph.tensors[id].name));
    values[id] = inputs[id];
  }
  for (const Operator& op : graph.operators) runOperator(graph, op, values, family);
  return values;
}

}  // namespace intformer
