#include "sw/quantizer/float_forward.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace intformer {
namespace {

FloatMatrix linear(const FloatMatrix& input, const FloatLinear& op) {
  FloatMatrix out(input.rows, op.cols);
  for (uint32_t r = 0; r < input.rows; ++r) {
    float* sums = out.row(r);
    std::copy(op.bias.begin(), op.bias.end(), sums);
    for (uint32_t k = 0; k < op.depth; ++k) {
      const float a = input.row(r)[k];
      const float* weights = op.weights.data() + std::size_t{k} * op.cols;
      for (uint32_t c = 0; c < op.cols; ++c) sums[c] += a * weights[c];
    }
  }
  return out;
}

FloatMatrix add(const FloatMatrix& a, const FloatMatrix& b) {
  FloatMatrix out = a;
  for (std::size_t i = 0; i < out.data.size(); ++i) out.data[i] += b.data[i];
  return out;
}

FloatMatrix normalize(const FloatMatrix& input, const FloatNorm& norm, double epsilon) {
  FloatMatrix out(input.rows, input.cols);
  for (uint32_t r = 0; r < input.rows; ++r) {
    const float* x = input.row(r);
    double mean = 0, variance = 0;
    for (uint32_t c = 0; c < input.cols; ++c) mean += x[c];
    mean /= input.cols;
    for (uint32_t c = 0; c < input.cols; ++c) variance += (x[c] - mean) * (x[c] - mean);
    const double scale = 1 / std::sqrt(variance / input.cols + epsilon);
    for (uint32_t c = 0; c < input.cols; ++c)
      out.row(r)[c] =
          static_cast<float>((x[c] - mean) * scale * norm.gamma[c] + norm.beta[c]);
  }
  return out;
}

void gelu(FloatMatrix& x) {
  for (float& value : x.data)
    value = static_cast<float>(0.5 * value * (1 + std::erf(value / std::sqrt(2.0))));
}

FloatMatrix attend(const BertConfig& config, const LayerActivations& at) {
  const uint32_t rows = at.query.rows;
  const uint32_t width = config.headWidth();
  const double scale = 1 / std::sqrt(static_cast<double>(width));
  FloatMatrix context(rows, config.width);
  std::vector<double> weights(rows);
  for (uint32_t h = 0; h < config.heads; ++h) {
    for (uint32_t i = 0; i < rows; ++i) {
      double maximum = -INFINITY, sum = 0;
      for (uint32_t j = 0; j < rows; ++j) {
        double dot = 0;
        for (uint32_t c = h * width; c < (h + 1) * width; ++c)
          dot += double{at.query.row(i)[c]} * at.key.row(j)[c];
        weights[j] = dot * scale;
        maximum = std::max(maximum, weights[j]);
      }
      for (double& weight : weights) sum += weight = std::exp(weight - maximum);
      for (uint32_t j = 0; j < rows; ++j)
        for (uint32_t c = h * width; c < (h + 1) * width; ++c)
          context.row(i)[c] += static_cast<float>(weights[j] / sum) * at.value.row(j)[c];
    }
  }
  return context;
}

}  // namespace

FloatMatrix embed(const FloatBert& model, std::span<const uint32_t> tokens) {
  const BertConfig& config = model.config;
  if (tokens.size() > config.maxPositions)
    throw ImportError(fmt::format("sentence of {} tokens: the model has {} positions",
                                  tokens.size(), config.maxPositions));
  FloatMatrix sum(static_cast<uint32_t>(tokens.size()), config.width);
  for (uint32_t r = 0; r < sum.rows; ++r) {
    if (tokens[r] >= config.vocabulary)
      throw ImportError(fmt::format("token id {}: the model has a vocabulary of {}", tokens[r],
                                    config.vocabulary));
    const float* word = model.wordEmbeddings.data() + std::size_t{tokens[r]} * config.width;
    const float* position = model.positionEmbeddings.data() + std::size_t{r} * config.width;
    for (uint32_t c = 0; c < config.width; ++c)
      sum.row(r)[c] = word[c] + position[c] + model.segmentEmbeddings[c];
  }
  return normalize(sum, model.embeddingNorm, config.epsilon);
}

LayerActivations runFloatLayer(const BertConfig& config, const FloatLayer& layer,
                               const FloatMatrix& input) {
  LayerActivations at;
  at.query = linear(input, layer.query);
  at.key = linear(input, layer.key);
  at.value = linear(input, layer.value);
  at.context = attend(config, at);
  at.attentionResidual = add(linear(at.context, layer.attentionOutput), input);
  at.attentionNorm = normalize(at.attentionResidual, layer.attentionNorm, config.epsilon);
  at.hidden = linear(at.attentionNorm, layer.ffnInput);
  gelu(at.hidden);
  at.outputResidual = add(linear(at.hidden, layer.ffnOutput), at.attentionNorm);
  at.output = normalize(at.outputResidual, layer.outputNorm, config.epsilon);
  return at;
}

}  // namespace intformer
