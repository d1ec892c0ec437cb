#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace intformer::floating {

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

/// out = in * weights + bias
struct AffineMap {
  uint32_t depth = 0;
  uint32_t cols = 0;
  std::vector<float> weights;  ///< row-major depth x cols
  std::vector<float> bias;
};

}  // namespace intformer::floating
