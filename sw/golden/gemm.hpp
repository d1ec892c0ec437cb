#pragma once

#include <cstddef>
#include <cstdint>

namespace intformer::golden {

/// out[r][c] = sum_k a[r][k] * b[c][k], exact in int32 for depth <= 65536 and 8-bit values.
/// Strides in elements. Both operands run along the depth, so that the compiler turns the inner
/// loop into multiply-add-pairs instructions.
struct GemmOperand {
  const int16_t* data;
  std::size_t stride;
};
void gemm(GemmOperand a, GemmOperand b, uint32_t rows, uint32_t cols, uint32_t depth, int32_t* out,
          std::size_t outStride);

}  // namespace intformer::golden
