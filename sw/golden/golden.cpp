#include "sw/golden/golden.hpp"

#include <fmt/core.h>

#include "sw/golden/detail.hpp"
#include "sw/numerics/layernorm.hpp"
#include "sw/parallel/parallel.hpp"

namespace intformer::golden {

void require(bool holds, const std::string& op, const std::string& reason) {
  if (!holds) throw GraphError(fmt::format("operator {}: {}", op, reason));
}

const Tensor& input(const Graph& graph, const TensorValues& values, TensorId id,
                    const std::string& op) {
  const TensorInfo& info = graph.tensors[id];
  const Tensor& tensor = values[id];
  require(!tensor.data.empty(), op, "reads " + info.name + ", which has no value yet");
  require(tensor.rows == info.rows && tensor.cols == info.cols && tensor.type == info.type, op,
          "the value of " + info.name + " has another shape or type than declared");
  return tensor;
}

Tensor& output(const Graph& graph, TensorValues& values, TensorId id) {
  const TensorInfo& info = graph.tensors[id];
  if (values[id].data.empty()) values[id] = Tensor(info.type, info.rows, info.cols);
  return values[id];
}

void run(const Graph& graph, const LayerNorm& op, TensorValues& values, Family) {
  const Tensor& in = input(graph, values, op.input, op.name);
  const auto result = [&](TensorId id) {
    return id == kNoTensor ? nullptr : &output(graph, values, id);
  };
  Tensor* const out8 = result(op.output8);
  Tensor* const out16 = result(op.output16);
  const NormWidth width = normWidth(in.cols);
  parallel::parallelFor(in.rows, 16, [&](uint32_t begin, uint32_t end) {
    for (uint32_t r = begin; r < end; ++r) {
      NormSums sums;
      for (uint32_t c = 0; c < in.cols; ++c) {
        const int32_t x = in.at(r, c);
        sums.sum += x;
        sums.squares += x * x;
      }
      const NormRow row = normRow(sums, width, op.epsilon, op.rootMeanSquare);
      for (uint32_t c = 0; c < in.cols; ++c) {
        const int16_t n = normNormalize(in.at(r, c), row);
        const int16_t y16 = normAffine(n, op.gain[c], op.offset[c], op.shift);
        if (out16) out16->at(r, c) = y16;
        if (out8) out8->at(r, c) = normTo8(y16);
      }
    }
  });
}

void runOperator(const Graph& graph, const Operator& op, TensorValues& values, Family family) {
  values.resize(graph.tensors.size());
  for (const auto& [id, constant] : graph.constants)
    if (values[id].data.empty()) values[id] = constant;
  match(op, [&](const auto& specific) { run(graph, specific, values, family); });
}

TensorValues runGolden(const Graph& graph, const TensorValues& inputs, Family family) {
  checkGraph(graph);
  return runGoldenAgain(graph, inputs, family);
}

TensorValues runGoldenAgain(const Graph& graph, const TensorValues& inputs, Family family) {
  checkGraph(graph, false);
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

}  // namespace intformer::golden
