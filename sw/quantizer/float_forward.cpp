#include "sw/quantizer/float_forward.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "sw/parallel/parallel.hpp"
#include "sw/quantizer/matrix.hpp"

namespace intformer {
namespace {

Eigen::Map<Matrix> writable(FloatMatrix& matrix) {
  return {matrix.data.data(), matrix.rows, matrix.cols};
}

constexpr uint32_t kColumns = 64;  // of the weights, that a thread takes at least
constexpr uint32_t kRows = 8;

FloatMatrix linear(const FloatMatrix& input, const FloatLinear& op) {
  FloatMatrix out(input.rows, op.cols);
  const MatrixView weights = view(op);
  const MatrixView bias(op.bias.data(), 1, op.cols);
  parallelFor(op.cols, kColumns, [&](uint32_t begin, uint32_t end) {
    auto part = writable(out).middleCols(begin, end - begin);
    part.noalias() = view(input) * weights.middleCols(begin, end - begin);
    part.rowwise() += bias.row(0).segment(begin, end - begin);
  });
  return out;
}

FloatMatrix add(FloatMatrix a, const FloatMatrix& b) {
  for (std::size_t i = 0; i < a.data.size(); ++i) a.data[i] += b.data[i];
  return a;
}

FloatMatrix normalize(const FloatMatrix& input, const FloatNorm& norm, double epsilon) {
  FloatMatrix out(input.rows, input.cols);
  parallelFor(input.rows, kRows, [&](uint32_t begin, uint32_t end) {
    for (uint32_t r = begin; r < end; ++r) {
      const float* x = input.row(r);
      double mean = 0, variance = 0;
      for (uint32_t c = 0; c < input.cols; ++c) mean += x[c];
      mean /= input.cols;
      for (uint32_t c = 0; c < input.cols; ++c) variance += (x[c] - mean) * (x[c] - mean);
      const double scale = 1 / std::sqrt(variance / input.cols + epsilon);
      for (uint32_t c = 0; c < input.cols; ++c)
        out.row(r)[c] = static_cast<float>((x[c] - mean) * scale * norm.gamma[c] + norm.beta[c]);
    }
  });
  return out;
}

void gelu(FloatMatrix& x) {
  constexpr float kHalfRoot = std::numbers::sqrt2_v<float> / 2;
  parallelFor(x.rows, kRows, [&](uint32_t begin, uint32_t end) {
    for (float* value = x.row(begin); value != x.row(end); ++value)
      *value = 0.5F * *value * (1 + std::erf(*value * kHalfRoot));
  });
}

/// Softmax of every row, in place.
void softmax(Matrix& logits) {
  for (Eigen::Index r = 0; r < logits.rows(); ++r) {
    auto row = logits.row(r).array();
    row = (row - row.maxCoeff()).exp();
    row /= row.sum();
  }
}

FloatMatrix attend(const BertConfig& config, const LayerActivations& at,
                   std::span<const uint32_t> lengths) {
  const uint32_t width = config.headWidth();
  const float scale = 1 / std::sqrt(static_cast<float>(width));
  FloatMatrix context(at.query.rows, config.width);
  parallelFor(config.heads, 1, [&](uint32_t begin, uint32_t end) {
    Matrix weights;
    for (uint32_t head = begin; head < end; ++head) {
      uint32_t row = 0;
      for (const uint32_t length : lengths) {
        const auto part = [&](const FloatMatrix& tensor) {
          return view(tensor).block(row, head * width, length, width);
        };
        weights.noalias() = part(at.query) * part(at.key).transpose() * scale;
        softmax(weights);
        writable(context).block(row, head * width, length, width).noalias() =
            weights * part(at.value);
        row += length;
      }
    }
  });
  return context;
}

std::vector<uint32_t> lengthsOf(std::span<const std::vector<uint32_t>> sentences) {
  std::vector<uint32_t> lengths;
  for (const auto& tokens : sentences) lengths.push_back(static_cast<uint32_t>(tokens.size()));
  return lengths;
}

/// Sums of the three tables for one sequence, into the rows from `row` on.
void addEmbeddings(const FloatBert& model, const TokenBatch& batch, std::size_t sequence,
                   FloatMatrix& sum, uint32_t row) {
  const BertConfig& config = model.config;
  const std::vector<uint32_t>& tokens = batch.sequences[sequence];
  if (tokens.size() > config.maxPositions)
    throw ImportError(fmt::format("sentence of {} tokens: the model has {} positions",
                                  tokens.size(), config.maxPositions));
  for (uint32_t r = 0; r < tokens.size(); ++r) {
    if (tokens[r] >= config.vocabulary)
      throw ImportError(fmt::format("token id {}: the model has a vocabulary of {}", tokens[r],
                                    config.vocabulary));
    const float* word = model.wordEmbeddings.data() + std::size_t{tokens[r]} * config.width;
    const float* position = model.positionEmbeddings.data() + std::size_t{r} * config.width;
    const float* segment = model.segmentEmbeddings.data() + batch.segment(sequence, r) * config.width;
    for (uint32_t c = 0; c < config.width; ++c)
      sum.row(row + r)[c] = word[c] + position[c] + segment[c];
  }
}

}  // namespace

FloatMatrix embed(const FloatBert& model, const TokenBatch& batch) {
  if (batch.hasPairs() && model.config.segments < 2)
    throw ImportError("the model has one segment, a pair of texts needs two");
  std::size_t tokens = 0;
  for (const auto& sequence : batch.sequences) tokens += sequence.size();
  FloatMatrix sum(static_cast<uint32_t>(tokens), model.config.width);
  uint32_t row = 0;
  for (std::size_t i = 0; i < batch.sequences.size(); ++i) {
    addEmbeddings(model, batch, i, sum, row);
    row += static_cast<uint32_t>(batch.sequences[i].size());
  }
  return normalize(sum, model.embeddingNorm, model.config.epsilon);
}

LayerActivations runFloatLayer(const BertConfig& config, const FloatLayer& layer,
                               const FloatMatrix& input, std::span<const uint32_t> lengths) {
  LayerActivations at;
  at.query = linear(input, layer.query);
  at.key = linear(input, layer.key);
  at.value = linear(input, layer.value);
  at.context = attend(config, at, lengths);
  at.attentionResidual = add(linear(at.context, layer.attentionOutput), input);
  at.attentionNorm = normalize(at.attentionResidual, layer.attentionNorm, config.epsilon);
  at.hidden = linear(at.attentionNorm, layer.ffnInput);
  gelu(at.hidden);
  at.outputResidual = add(linear(at.hidden, layer.ffnOutput), at.attentionNorm);
  at.output = normalize(at.outputResidual, layer.outputNorm, config.epsilon);
  return at;
}

FloatMatrix runFloatBert(const FloatBert& model, const TokenBatch& batch) {
  const std::vector<uint32_t> lengths = lengthsOf(batch.sequences);
  FloatMatrix states = embed(model, batch);
  for (const FloatLayer& layer : model.layers)
    states = runFloatLayer(model.config, layer, states, lengths).output;
  return states;
}

}  // namespace intformer
