#include "sw/model/gpt2.hpp"

#include <algorithm>
#include <cmath>

#include "sw/float/float_builder.hpp"
#include "sw/float/parameters.hpp"
#include "sw/graph/lengths.hpp"
#include "sw/model/random.hpp"
#include "sw/quantizer/integer_form.hpp"
#include "sw/quantizer/quantize_model.hpp"

namespace intformer::model::gpt2 {

using floating::FloatModel;
using floating::ModelShape;

namespace {

constexpr uint32_t kSequences = 12;  // of the calibration
constexpr uint32_t kTokens = 24;     // of each, at most

/// Values that keep every sum's size about the same from layer to layer.
void drawParameters(floating::FloatGraph& graph, uint64_t seed) {
  Random random(seed ^ 0x67707432);
  const auto draw = [&](const std::string& name, const floating::ParameterShape& shape,
                        std::vector<float>& values) {
    const bool isTable = shape.size() == 2;
    double mean = 0;
    double deviation = 0.1;
    if (name.ends_with(".weights")) deviation = 1 / std::sqrt(static_cast<double>(shape[0]));
    if (name.ends_with(".words")) deviation = 1;
    if (name.ends_with(".gamma")) mean = 1;
    values.resize(isTable ? shape[0] * shape[1] : shape[0]);
    for (float& value : values) value = static_cast<float>(mean + deviation * random.normal());
  };
  floating::visitParameters(graph, draw);
}

std::vector<std::vector<uint32_t>> drawTokens(const ModelShape& shape, uint64_t seed) {
  Random random(seed ^ 0x746f6b656e73);
  std::vector<std::vector<uint32_t>> sequences(kSequences);
  for (auto& tokens : sequences) {
    tokens.resize(1 + random.below(std::min(kTokens, shape.positions)));
    for (uint32_t& token : tokens) token = random.below(shape.vocabulary);
  }
  return sequences;
}

}  // namespace

FloatModel build(const ModelShape& shape) {
  floating::FloatBuilder builder("gpt2");
  TensorId stream = builder.addEmbedding("embedding.sum", "embedding", shape);
  for (uint32_t index = 0; index < shape.layers; ++index) {
    stream = builder.addPreNormLayer(index, stream, shape, floating::kCausal);
    builder.endBlock(stream);
  }
  return {"gpt2", shape, builder.take(builder.addNorm("output", "norm", stream, shape.epsilon))};
}

FloatModel draw(const ModelShape& shape, uint64_t seed) {
  FloatModel model = build(shape);
  drawParameters(model.graph, seed);
  return model;
}

ModelShape shapeOf(const ModelSpec& spec, uint32_t layers) {
  ModelShape shape;
  shape.width = spec.width;
  shape.heads = spec.heads;
  shape.ffn = spec.ffn;
  shape.layers = layers;
  shape.vocabulary = spec.vocabulary;
  shape.positions = spec.positions;
  shape.epsilon = spec.epsilon;
  shape.activation = spec.activation;
  return shape;
}

Graph buildGraph(const ModelSpec& spec, uint32_t layers, const std::vector<uint32_t>& lengths,
                 uint64_t seed, Integers integers) {
  const ModelShape shape = shapeOf(spec, layers);
  if (integers == Integers::Left)
    return withLengths(quantizer::integerForm(build(shape).graph).graph, lengths);
  quantizer::QuantizeOptions options;
  options.weights.secondOrder = false;  // takes long, and serves no text
  options.dither = spec.dither;
  quantizer::QuantizedModel model =
      quantizer::quantizeModel(draw(shape, seed).graph, drawTokens(shape, seed), options);
  return withLengths(std::move(model.graph), lengths);
}

}  // namespace intformer::model::gpt2
