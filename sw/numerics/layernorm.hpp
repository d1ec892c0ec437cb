#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "sw/numerics/scale.hpp"

/// LayerNorm and RMSNorm: one statistics pass, row scalars, one normalize pass (docs/2-numerics.md, section 2.8).
/// Formats: x int16; S1 29 bits signed; S2 45 bits unsigned; V 57 bits; w 32 bits; sd 16 bits;
/// R 17 bits unsigned; mean 21 bits signed, LSB 1/16 of x; n int16 LSB 2^-9.
namespace intformer {

inline constexpr uint32_t kMaxNormWidth = 4096;

/// Constants of a width d, 1..4096.
struct NormWidth {
  uint32_t width = 1;       ///< d
  uint32_t log = 0;         ///< CL = ceil(log2 d), 0..12
  uint32_t meanFactor = 0;  ///< DINV = round(2^(23+CL) / d), in [2^23, 2^24)
};
constexpr NormWidth normWidth(uint32_t width) {
  const uint32_t log = bitLength(width - 1);
  const uint64_t numerator = uint64_t{1} << (23 + log);
  return {width, log, static_cast<uint32_t>((numerator + width / 2) / width)};
}

/// Sums over a row's elements; exact for any 4096 int16.
struct NormSums {
  int32_t sum = 0;       ///< S1
  int64_t squares = 0;   ///< S2
};

/// What the row-scalar unit leaves for a row.
struct NormRow {
  int32_t mean = 0;         ///< mu = mean * 16
  uint32_t reciprocal = 0;  ///< R, up to 2^16
  uint8_t shift = 0;        ///< sh, 2..39
  bool operator==(const NormRow&) const = default;
};

/// V = d*S2 - S1*S1 + E; L = bitlen(V); k = (L-31) >> 1; w = k >= 0 ? V >> 2k : V << -2k;
/// sd = isqrt(w); R = floor((d << (31-CL)) / sd); mu = rshr(S1*DINV, 19+CL); sh = 26 + k - CL.
/// epsilon E in [64, 2^48). k is in [-12, 13], w in [2^30, 2^32), sd in [2^15, 2^16).
/// rootMeanSquare: of RMSNorm, which takes no mean off: S1 counts as 0.
constexpr NormRow normRow(NormSums sums, const NormWidth& width, uint64_t epsilon,
                          bool rootMeanSquare = false) {
  const int64_t sum = rootMeanSquare ? 0 : sums.sum;
  const uint64_t variance = width.width * static_cast<uint64_t>(sums.squares) -
                            static_cast<uint64_t>(sum * sum) + epsilon;
  const int k = (static_cast<int>(bitLength(variance)) - 31) >> 1;
  const auto w = static_cast<uint32_t>(k >= 0 ? variance >> (2 * k) : variance << (-2 * k));
  const uint32_t deviation = integerSqrt(w);
  const uint64_t numerator = uint64_t{width.width} << (31 - width.log);
  return {static_cast<int32_t>(rshr(sum * width.meanFactor, 19 + width.log)),
          static_cast<uint32_t>(numerator / deviation),
          static_cast<uint8_t>(26 + k - static_cast<int>(width.log))};
}

/// n = sat16(rshr((x*16 - mu) * R, sh)): difference 22 bits signed, product 39 bits signed.
constexpr int16_t normNormalize(int16_t x, const NormRow& row) {
  return saturate16(rshr((int64_t{x} * 16 - row.mean) * row.reciprocal, row.shift));
}
/// y16 = sat16(rshr(n*G + B, s-8)): n*G 31 bits signed, the sum 33 bits. s 9..31. LSB S_y/256.
constexpr int16_t normAffine(int16_t n, int16_t gain, int32_t offset, unsigned shift) {
  return saturate16(rshr(int64_t{n} * gain + offset, shift - 8));
}
/// y8 = sat8(rshr(y16, 8)), LSB S_y.
constexpr int8_t normTo8(int16_t y16) { return saturate8(rshr(y16, 8)); }

/// E = max(64, round(eps * d^2 / S_r^2)); inputScale S_r is the real value of one LSB of x.
/// Throws ScaleError when it reaches 2^48.
uint64_t normEpsilon(double eps, uint32_t width, double inputScale, std::string_view tensor);

/// Integer gain and offset of a layer: G[c] = round(gamma*2^(s-9)/S_y[c]),
/// B[c] = round(beta*2^s/S_y[c]).
struct NormAffine {
  uint8_t shift = 31;  ///< s
  std::vector<int16_t> gain;
  std::vector<int32_t> offset;
};
/// The largest s in 9..31 for which every G fits int16 and every B int32 (so max|G| lies in
/// [2^14, 2^15) unless an offset or s = 31 limits it). outputScale[c] is S_y[c], the real value of
/// one LSB of y8. Throws ScaleError when there is none.
NormAffine normAffineFromReal(std::span<const double> gamma, std::span<const double> beta,
                              std::span<const double> outputScale, std::string_view tensor);

}  // namespace intformer
