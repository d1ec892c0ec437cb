#pragma once

#include <array>
#include <cstdint>

#include "sw/numerics/family.hpp"
#include "sw/numerics/scale.hpp"

/// Softmax in octaves with one divide per row (docs/2-numerics.md, section 2.7).
/// Formats: logit t int16 LSB 2^-8 octave; d = max - t 16 bits unsigned; exp 16 bits unsigned with
/// 65280 = 1.0; weight e 8 bits unsigned with 255 = 1.0.
namespace intformer {

inline constexpr int32_t kExpOne = 65280;  ///< EXP16(0), 255 * 256

/// T(g) of the ibert family: ((kCenter - g)^2 * kFactor >> kShift) + kOffset.
/// kCenter - g 9 bits, its square 18 bits, the product 30 bits; >> truncates.
/// From I-BERT (Kim et al., 2021, section 3.5), 0.3585 (p + 1.353)^2 + 0.344 with
/// p = -g ln2 / 256: kCenter = 1.353 * 256 / ln2 = 499.7 (499 errs less than 500), kFactor / 2^14 =
/// 65280 * 0.3585 * (ln2 / 256)^2, kOffset such that T(0) = 65280.
struct ExpIbert {
  static constexpr int32_t kCenter = 499;
  static constexpr int32_t kFactor = 2811;
  static constexpr unsigned kShift = 14;
  static constexpr int32_t kOffset = 22559;
};

/// T(g) of the pwl family: EA[g >> 4] - ((EB[g >> 4] * (g & 15) + 8) >> 4).
/// EA 16 bits unsigned, EB 12 bits unsigned, the product 16 bits unsigned.
struct ExpPwl {
  static constexpr unsigned kSegments = 16;
  static constexpr unsigned kSegmentBits = 4;
  static constexpr std::array<uint16_t, kSegments> kA = {65280, 62506, 59856, 57318, 54888, 52561,
                                                         50333, 48199, 46155, 44198, 42324, 40530,
                                                         38812, 37167, 35590, 34082};
  static constexpr std::array<uint16_t, kSegments> kB = {2781, 2654, 2541, 2433, 2329, 2231,
                                                         2137, 2047, 1959, 1876, 1796, 1721,
                                                         1648, 1579, 1510, 1447};
};

/// T(g) ~ 65280 * 2^(-g/256), g 0..255.
constexpr int32_t expFraction(uint32_t g, Family family) {
  if (family == Family::Ibert) {
    const int32_t c = ExpIbert::kCenter - static_cast<int32_t>(g);
    return (c * c * ExpIbert::kFactor >> ExpIbert::kShift) + ExpIbert::kOffset;
  }
  const uint32_t segment = g >> ExpPwl::kSegmentBits;
  return ExpPwl::kA[segment] -
         static_cast<int32_t>((ExpPwl::kB[segment] * (g & 15U) + 8U) >> ExpPwl::kSegmentBits);
}

/// EXP16(d): n = d >> 8; n > 15 ? 0 : T(d & 255) >> n. d = 0..65535, LSB 2^-8 octave.
constexpr int32_t exp16(uint32_t d, Family family) {
  const uint32_t octaves = d >> 8;
  return octaves > 15 ? 0 : expFraction(d & 255, family) >> octaves;
}

/// E8: (e16 + DTH) >> 8, DTH = 128 or, dithered, the reversed bits of (i + j) & 255; i and j are
/// absolute positions of row and column. Never exceeds 255; 65280 gives 255 either way.
constexpr uint8_t exp8(int32_t e16, uint32_t i, uint32_t j, bool dither) {
  const int32_t add = dither ? bitReverse8(static_cast<uint8_t>(i + j)) : 128;
  return static_cast<uint8_t>((e16 + add) >> 8);
}

/// What the row-scalar unit leaves for a row.
struct SoftmaxRow {
  uint32_t multiplier = 0;  ///< Mr, 17 bits
  uint8_t shift = 63;       ///< min(s_o + L, 63)
  bool operator==(const SoftmaxRow&) const = default;
};

/// L = bitlen(sum); R = floor(2^(15+L) / sum), in (2^15, 2^16]; Mr = (R * M_o) >> 15;
/// shift = min(s_o + L, 63), which is exact: a 49-bit product shifted by 50 or more is 0.
/// sum == 0 (fully masked): Mr = 0, shift = 63. sum up to 28 bits (the statistics hold 29 signed).
constexpr SoftmaxRow softmaxRow(uint32_t sum, Scale result) {
  if (sum == 0) return {};
  const unsigned length = bitLength(sum);
  const uint64_t reciprocal = (uint64_t{1} << (15 + length)) / sum;
  return {static_cast<uint32_t>(reciprocal * result.multiplier >> 15),
          static_cast<uint8_t>(std::min(result.shift + length, 63U))};
}

/// o = sat8(rshr(acc * Mr, shift)): acc int32 = sum of e * v, product 49 bits.
constexpr int8_t rowNormalize(int64_t acc, SoftmaxRow row) {
  return saturate8(rshr(acc * row.multiplier, row.shift));
}

}  // namespace intformer
