#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

/// The integer primitives under every operation (docs/2-numerics.md, section 0).
namespace intformer {

/// Arithmetic right shift with the only rounding there is, half up:
/// s == 0 ? p : (p + 2^(s-1)) >> s.
/// s in 0..63; |p| < 2^62, which every operation here keeps (the widest product has 49 bits).
/// RTL: ((p >>> (s - 1)) + 1) >>> 1 for s > 0.
constexpr int64_t rshr(int64_t p, unsigned s) {
  return (p + static_cast<int64_t>((uint64_t{1} << s) >> 1)) >> s;
}

/// Clamps to a W-bit two's complement number.
template <unsigned W>
constexpr int64_t saturate(int64_t v) {
  static_assert(W >= 2 && W < 64);
  constexpr int64_t high = (int64_t{1} << (W - 1)) - 1;
  return std::clamp(v, -high - 1, high);
}
constexpr int8_t saturate8(int64_t v) { return static_cast<int8_t>(saturate<8>(v)); }
constexpr int16_t saturate16(int64_t v) { return static_cast<int16_t>(saturate<16>(v)); }

/// Bits of v: 0 for 0, else floor(log2 v) + 1.
constexpr unsigned bitLength(uint64_t v) { return static_cast<unsigned>(std::bit_width(v)); }

/// floor(sqrt(v)): 16 bits, one per step from the top, as the row-scalar unit computes it.
constexpr uint32_t integerSqrt(uint32_t v) {
  uint32_t root = 0;
  for (int bit = 15; bit >= 0; --bit) {
    const uint32_t trial = root | 1U << bit;
    if (uint64_t{trial} * trial <= v) root = trial;
  }
  return root;
}

/// The eight bits of v in reverse order.
constexpr uint8_t bitReverse8(uint8_t v) {
  unsigned r = v;
  r = (r & 0xf0) >> 4 | (r & 0x0f) << 4;
  r = (r & 0xcc) >> 2 | (r & 0x33) << 2;
  r = (r & 0xaa) >> 1 | (r & 0x55) << 1;
  return static_cast<uint8_t>(r);
}

}  // namespace intformer
