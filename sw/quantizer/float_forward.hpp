#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sw/graph/token_batch.hpp"
#include "sw/import/bert_model.hpp"

namespace intformer {

/// A row-major float matrix.
struct FloatMatrix {
  uint32_t rows = 0;
  uint32_t cols = 0;
  std::vector<float> data;

  FloatMatrix() = default;
  FloatMatrix(uint32_t rowCount, uint32_t colCount)
      : rows(rowCount), cols(colCount), data(std::size_t{rowCount} * colCount) {}
  float* row(uint32_t r) { return data.data() + std::size_t{r} * cols; }
  [[nodiscard]] const float* row(uint32_t r) const { return data.data() + std::size_t{r} * cols; }
};

/// Every tensor of a layer that the integer model has too.
struct LayerActivations {
  FloatMatrix query, key, value, context, attentionResidual, attentionNorm;
  FloatMatrix hidden;  ///< after GELU
  FloatMatrix outputResidual, output;
};

/// Word + position + segment, normalized: the first layer's input, a row per token of the
/// sequences, packed one behind the other without padding.
/// Throws ImportError for more tokens than positions, an id beyond the vocabulary, and pairs where
/// there is one segment.
FloatMatrix embed(const FloatBert& model, const TokenBatch& batch);

/// One encoder layer in float32 without mask, on packed sequences of these lengths, which see
/// nothing of each other. On all cores.
LayerActivations runFloatLayer(const BertConfig& config, const FloatLayer& layer,
                               const FloatMatrix& input, std::span<const uint32_t> lengths);

/// The whole model on packed sequences: last hidden states, one row per token.
/// Throws ImportError as embed() does.
FloatMatrix runFloatBert(const FloatBert& model, const TokenBatch& batch);

}  // namespace intformer
