#include "sw/golden/gemm.hpp"

namespace intformer::golden {
namespace {

/// A block of 2 rows by 4 columns: 8 sums live in registers.
void block2x4(const int16_t* a, std::size_t aStride, const int16_t* b, std::size_t bStride,
              uint32_t depth, int32_t* out, std::size_t outStride) {
  const int16_t *a0 = a, *a1 = a + aStride;
  const int16_t *b0 = b, *b1 = b + bStride, *b2 = b + 2 * bStride, *b3 = b + 3 * bStride;
  int32_t s00 = 0, s01 = 0, s02 = 0, s03 = 0, s10 = 0, s11 = 0, s12 = 0, s13 = 0;
  for (uint32_t k = 0; k < depth; ++k) {
    s00 += a0[k] * b0[k];
    s01 += a0[k] * b1[k];
    s02 += a0[k] * b2[k];
    s03 += a0[k] * b3[k];
    s10 += a1[k] * b0[k];
    s11 += a1[k] * b1[k];
    s12 += a1[k] * b2[k];
    s13 += a1[k] * b3[k];
  }
  out[0] = s00, out[1] = s01, out[2] = s02, out[3] = s03;
  out += outStride;
  out[0] = s10, out[1] = s11, out[2] = s12, out[3] = s13;
}

int32_t dot(const int16_t* a, const int16_t* b, uint32_t depth) {
  int32_t sum = 0;
  for (uint32_t k = 0; k < depth; ++k) sum += a[k] * b[k];
  return sum;
}

}  // namespace

void gemm(GemmOperand a, GemmOperand b, uint32_t rows, uint32_t cols, uint32_t depth, int32_t* out,
          std::size_t outStride) {
  const uint32_t rows2 = rows / 2 * 2;
  const uint32_t cols4 = cols / 4 * 4;
  for (uint32_t c = 0; c < cols4; c += 4)
    for (uint32_t r = 0; r < rows2; r += 2)
      block2x4(a.data + r * a.stride, a.stride, b.data + c * b.stride, b.stride, depth,
               out + r * outStride + c, outStride);
  for (uint32_t r = 0; r < rows; ++r)  // what the blocks left over
    for (uint32_t c = r < rows2 ? cols4 : 0; c < cols; ++c)
      out[r * outStride + c] = dot(a.data + r * a.stride, b.data + c * b.stride, depth);
}

}  // namespace intformer::golden
