#pragma once

#include <concepts>
#include <string>
#include <type_traits>

#include "sw/import/bert_model.hpp"
#include "sw/import/safetensors.hpp"
#include "sw/itf/container.hpp"

namespace intformer::itf {

/// A section's values; refuses through the file what has not the shape's size or is not finite.
std::vector<float> readFloats(const ItfFile& file, const std::string& name, const Shape& shape);

/// visitTensors of one linear operator.
template <typename Linear, typename Visit>
void visitLinear(const std::string& name, Linear& op, uint32_t depth, uint32_t cols, Visit& visit) {
  if constexpr (!std::is_const_v<Linear>) {
    op.depth = depth;
    op.cols = cols;
  }
  visit(name + ".weights", Shape{depth, cols}, op.weights);
  visit(name + ".bias", Shape{cols}, op.bias);
}

/// Calls visit(name, shape, values) for every tensor of a FloatBert, const or not, in one order.
/// Sizes come from the config; model.layers has as many layers as it says. Sets depth and cols of
/// linear operators where the model is not const.
template <typename Model, typename Visit>
  requires std::same_as<std::remove_const_t<Model>, FloatBert>
void visitTensors(Model& model, Visit visit) {
  const BertConfig& config = model.config;
  const uint32_t width = config.width;
  const auto norm = [&](const std::string& name, auto& values) {
    visit(name + ".gamma", Shape{width}, values.gamma);
    visit(name + ".beta", Shape{width}, values.beta);
  };
  const auto linear = [&](const std::string& name, auto& op, uint32_t depth, uint32_t cols) {
    visitLinear(name, op, depth, cols, visit);
  };
  visit("embedding.words", Shape{config.vocabulary, width}, model.wordEmbeddings);
  visit("embedding.positions", Shape{config.maxPositions, width}, model.positionEmbeddings);
  visit("embedding.segments", Shape{config.segments, width}, model.segmentEmbeddings);
  norm("embedding.norm", model.embeddingNorm);
  for (std::size_t i = 0; i < model.layers.size(); ++i) {
    auto& layer = model.layers[i];
    const std::string name = "layer" + std::to_string(i) + ".";
    linear(name + "query", layer.query, width, width);
    linear(name + "key", layer.key, width, width);
    linear(name + "value", layer.value, width, width);
    linear(name + "attention", layer.attentionOutput, width, width);
    norm(name + "attention.norm", layer.attentionNorm);
    linear(name + "hidden", layer.ffnInput, width, config.ffn);
    linear(name + "ffn", layer.ffnOutput, config.ffn, width);
    norm(name + "norm", layer.outputNorm);
  }
}

}  // namespace intformer::itf
