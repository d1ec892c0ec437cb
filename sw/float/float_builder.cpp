#include "sw/float/float_builder.hpp"

#include <fmt/core.h>

#include <utility>

namespace intformer::floating {

TensorId FloatBuilder::addInput(const std::string& name, uint32_t cols) {
  const TensorId output = graph_.addTensor({name, cols});
  graph_.operators.emplace_back(FloatInput{name, output});
  return output;
}

TensorId FloatBuilder::addEmbedding(const std::string& name, const std::string& parameters,
                                    const ModelShape& shape) {
  FloatEmbedding op;
  op.name = name;
  op.parameters = parameters;
  op.output = graph_.addTensor({name, shape.width});
  op.vocabulary = shape.vocabulary;
  op.positions = shape.positions;
  op.segments = shape.segments;
  const TensorId output = op.output;
  graph_.operators.emplace_back(std::move(op));
  return output;
}

TensorId FloatBuilder::addNorm(const std::string& name, const std::string& parameters,
                               TensorId input, double epsilon, bool rootMeanSquare) {
  const TensorId output = graph_.addTensor({name, colsOf(input)});
  graph_.operators.emplace_back(
      FloatLayerNorm{name, parameters, input, output, epsilon, {}, {}, rootMeanSquare});
  return output;
}

TensorId FloatBuilder::addLinear(const std::string& name, const std::string& parameters,
                                 TensorId input, uint32_t cols, FloatEpilogue epilogue,
                                 uint32_t groupCols) {
  const TensorId output = graph_.addTensor({name, cols, groupCols});
  graph_.operators.emplace_back(
      FloatLinear{name, parameters, input, output, {colsOf(input), cols, {}, {}}, epilogue});
  return output;
}

TensorId FloatBuilder::addAttention(const std::string& prefix, const std::string& parameters,
                                    TensorId input, const ModelShape& shape, const Reach& reach) {
  FloatAttention op;
  op.heads = shape.heads;
  op.headWidth = shape.headWidth();
  op.reach = reach;
  const uint32_t cols = op.heads * op.headWidth;
  for (const auto& [id, name] : {std::pair{&op.query, "query"}, std::pair{&op.key, "key"},
                                 std::pair{&op.value, "value"}})
    *id = addLinear(prefix + name, parameters + name, input, cols, FloatPlain{}, op.headWidth);
  op.name = prefix + "context";
  op.output = graph_.addTensor({op.name, cols, op.headWidth});
  const TensorId output = op.output;
  graph_.operators.emplace_back(std::move(op));
  return output;
}

TensorId FloatBuilder::addPreNormLayer(uint32_t index, TensorId stream, const ModelShape& shape,
                                       const Reach& reach) {
  const std::string layer = fmt::format("layer{}.", index);
  const std::string attention = layer + "attention.";
  const TensorId first = addNorm(attention + "norm", attention + "norm", stream, shape.epsilon);
  const TensorId context = addAttention(attention, layer, first, shape, reach);
  const TensorId middle = addLinear(attention + "residual", layer + "attention", context,
                                    shape.width, FloatResidual{stream});
  const TensorId second = addNorm(layer + "ffn.norm", layer + "ffn.norm", middle, shape.epsilon);
  const TensorId hidden =
      addLinear(layer + "ffn.hidden", layer + "hidden", second, shape.ffn, FloatActivation{shape.activation});
  return addLinear(layer + "ffn.residual", layer + "ffn", hidden, shape.width,
                   FloatResidual{middle});
}

}  // namespace intformer::floating
