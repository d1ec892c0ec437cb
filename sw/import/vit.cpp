#include "sw/import/vit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sw/float/float_builder.hpp"
#include "sw/import/named_parameters.hpp"
#include "sw/import/vit_stem.hpp"

namespace intformer::importer::vit {

using floating::AffineMap;
using floating::FloatModel;
using floating::ModelShape;
using onnx::Matcher;

namespace {

constexpr uint32_t kMaxWidth = 4096;  // LayerNorm's limit
constexpr uint32_t kMaxColumns = 65535;
constexpr std::size_t kMostLayers = 1000;

uint32_t root(uint32_t square) {
  return static_cast<uint32_t>(std::lround(std::sqrt(static_cast<double>(square))));
}

void add(NamedParameters& parameters, const std::string& name, onnx::NormPart norm) {
  const uint64_t cols = norm.gamma.size();
  parameters.add(name + ".gamma", {cols}, std::move(norm.gamma));
  parameters.add(name + ".beta", {cols}, std::move(norm.beta));
}

struct Layer {
  onnx::NormPart attentionNorm, ffnNorm;
  onnx::AttentionPart attention;
  AffineMap output, hidden, ffn;
};

/// The layer whose result the value is; moves the value to what the layer reads.
Layer readLayer(Matcher& matcher, std::string& value) {
  Layer layer;
  const auto ffn = *matcher.residual(value);
  onnx::LinearPart last = matcher.scaledLinear(ffn.first);
  onnx::LinearPart hidden = matcher.linear(matcher.gelu(last.input));
  layer.ffnNorm = matcher.norm(hidden.input);
  const auto attention = matcher.residual(ffn.second);
  if (!attention || matcher.source(layer.ffnNorm.input) != matcher.source(ffn.second))
    matcher.refuse(matcher.source(value),
                   "expected a feed-forward behind a LayerNorm of the stream it is added to");
  onnx::LinearPart output = matcher.scaledLinear(attention->first);
  layer.attention = matcher.attention(output.input);
  layer.attentionNorm = matcher.norm(layer.attention.query.input);
  if (matcher.source(layer.attentionNorm.input) != matcher.source(attention->second))
    matcher.refuse(matcher.source(ffn.second),
                   "expected attention behind a LayerNorm of the stream it is added to");
  layer.output = std::move(output.map);
  layer.hidden = std::move(hidden.map);
  layer.ffn = std::move(last.map);
  value = attention->second;
  return layer;
}

/// The last LayerNorm of the file whose input is a layer's sum: what is behind it is a head.
std::string lastNorm(const Matcher& matcher) {
  const auto& nodes = matcher.file().nodes();
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node)
    if ((node->op == "Add" || node->op == "LayerNormalization") && !node->outputs.empty() &&
        matcher.isNorm(node->outputs[0]))
      return node->outputs[0];
  throw files::ImportError(matcher.file().path() +
                           ": holds no LayerNorm, so no vision transformer");
}

}  // namespace

uint32_t gridOf(const ModelShape& shape) { return root(shape.positions - 1); }
uint32_t patchOf(const ModelShape& shape) { return root(shape.frame / kColours); }

std::string faultOf(const ModelShape& shape) {
  if (shape.vocabulary != 2 || shape.segments != 0)
    return "a vision transformer has two kinds of tokens in one segment";
  if (shape.positions < 2 || gridOf(shape) * gridOf(shape) + 1 != shape.positions)
    return fmt::format("positions {}: must be those of a square's patches and one", shape.positions);
  if (shape.frame == 0 || patchOf(shape) * patchOf(shape) * kColours != shape.frame)
    return fmt::format("frame {}: must be the pixels of a square in {} colours", shape.frame,
                       kColours);
  return {};
}

FloatModel build(const ModelShape& shape) {
  floating::FloatBuilder builder(kKind);
  const TensorId places = builder.addEmbedding("embedding.places", "embedding", shape);
  const TensorId patches = builder.addInput("patches", shape.frame);
  TensorId stream = builder.addLinear("embedding.sum", "embedding.patches", patches, shape.width,
                                      floating::FloatResidual{places});
  for (uint32_t index = 0; index < shape.layers; ++index) {
    stream = builder.addPreNormLayer(index, stream, shape, floating::Reach{});
    builder.endBlock(stream);
  }
  return {kKind, shape, builder.take(builder.addNorm("output", "norm", stream, shape.epsilon))};
}

FloatModel read(const std::string& path, std::vector<std::string>* ignored,
                std::vector<std::string>* notes) {
  const OnnxFile file(path);
  Matcher matcher(file);
  onnx::NormPart last = matcher.norm(lastNorm(matcher));
  std::string value = last.input;
  std::vector<Layer> layers;
  while (matcher.residual(value)) {
    if (layers.size() == kMostLayers) matcher.refuse(value, "too many layers");
    layers.push_back(readLayer(matcher, value));
  }
  if (layers.empty()) matcher.refuse(matcher.source(value), "expected the sum that ends a layer");
  std::ranges::reverse(layers);

  ModelShape shape;
  shape.width = static_cast<uint32_t>(last.gamma.size());
  shape.heads = layers.front().attention.heads;
  shape.ffn = layers.front().hidden.cols;
  shape.layers = static_cast<uint32_t>(layers.size());
  shape.epsilon = last.epsilon;
  shape.vocabulary = 2;
  if (shape.width > kMaxWidth || shape.ffn > kMaxColumns || shape.width % shape.heads != 0)
    throw files::ImportError(fmt::format(
        "{}: width {}, {} heads, ffn {}: at most {} and {} columns, and heads divide the width",
        path, shape.width, shape.heads, shape.ffn, kMaxWidth, kMaxColumns));
  Stem stem = readStem(matcher, value, shape.width);
  shape.positions = 1 + stem.grid * stem.grid;
  shape.frame = stem.map.depth;
  if (shape.frame > kMaxColumns)
    throw files::ImportError(fmt::format("{}: patches of {} pixels a side: at most {} numbers each",
                                         path, stem.patch, kMaxColumns));

  NamedParameters parameters;
  // The patches' bias is theirs alone, and so is no part of a product that the class token is in.
  std::vector<float> words = stem.classToken;
  words.insert(words.end(), stem.map.bias.begin(), stem.map.bias.end());
  stem.map.bias.assign(shape.width, 0);
  parameters.add("embedding.words", {shape.vocabulary, shape.width}, std::move(words));
  parameters.add("embedding.positions", {shape.positions, shape.width}, std::move(stem.positions));
  parameters.add("embedding.patches", std::move(stem.map));
  for (std::size_t i = 0; i < layers.size(); ++i) {
    Layer& layer = layers[i];
    const std::string name = fmt::format("layer{}.", i);
    if (layer.attention.heads != shape.heads || layer.ffnNorm.epsilon != shape.epsilon ||
        layer.attentionNorm.epsilon != shape.epsilon)
      throw files::ImportError(
          fmt::format("{}: layer {} has {} heads and epsilons {} and {}: the model has {} and {}",
                      path, i, layer.attention.heads, layer.attentionNorm.epsilon,
                      layer.ffnNorm.epsilon, shape.heads, shape.epsilon));
    add(parameters, name + "attention.norm", std::move(layer.attentionNorm));
    parameters.add(name + "query", std::move(layer.attention.query.map));
    parameters.add(name + "key", std::move(layer.attention.key.map));
    parameters.add(name + "value", std::move(layer.attention.value.map));
    parameters.add(name + "attention", std::move(layer.output));
    add(parameters, name + "ffn.norm", std::move(layer.ffnNorm));
    parameters.add(name + "hidden", std::move(layer.hidden));
    parameters.add(name + "ffn", std::move(layer.ffn));
  }
  add(parameters, "norm", std::move(last));
  FloatModel model = build(shape);
  parameters.give(path, model.graph);
  if (ignored != nullptr) *ignored = matcher.unused();
  if (notes != nullptr) {
    notes->push_back(fmt::format("pictures of {0} x {0} pixels in patches of {1} x {1}; pixels are "
                                 "normalized by ImageNet's mean and deviation, which the file does "
                                 "not say",
                                 stem.patch * stem.grid, stem.patch));
    if (stem.trainedGrid != stem.grid)
      notes->push_back(fmt::format("positions of {0} x {0} patches are interpolated to {1} x {1}",
                                   stem.trainedGrid, stem.grid));
  }
  return model;
}

}  // namespace intformer::importer::vit
