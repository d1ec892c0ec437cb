#pragma once

#include <cstdint>
#include <span>
#include <vector>

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

/// Word + position + segment 0, normalized: the first layer's input, tokens x width.
/// Throws ImportError for more tokens than positions or an id beyond the vocabulary.
FloatMatrix embed(const FloatBert& model, std::span<const uint32_t> tokens);

/// One encoder layer in float32 without mask.
LayerActivations runFloatLayer(const BertConfig& config, const FloatLayer& layer,
                               const FloatMatrix& input);

}  // namespace intformer
