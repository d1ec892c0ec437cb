#pragma once

#include <array>
#include <cstdint>

#include "sw/numerics/activation_table.hpp"
#include "sw/numerics/family.hpp"
#include "sw/numerics/scale.hpp"

/// GELU as relu(x) - h(|x|), h even, small and bounded (docs/2-numerics.md, section 2.5).
/// Formats: x int16 LSB 2^-10; |x| 16 bits unsigned (32768 is possible); h 12 bits unsigned
/// LSB 2^-14; y 20 bits signed LSB 2^-14.
namespace intformer {

/// h of the ibert family, exact in integers with one rounding:
///   c = max(kReach - |x|, 0)                     12 bits
///   h = rshr(|x| * c * c * kFactor, kShift)      c*c 23 bits, |x|*c*c 32 bits, all 43 bits
/// where c != 0 implies |x| < 2562, 12 bits: hardware may use the low 12 bits of |x|.
/// From I-BERT (Kim et al., 2021, section 3.4): |x| * 0.1444 * (1.769 - min(|x|/sqrt 2, 1.769))^2;
/// kReach = round(1.769 * sqrt(2) * 2^10), kFactor / 2^13 = 0.1444, and 2^30 = 2^13 * 2^17
/// (LSBs: 2^30 from |x| and both c, 2 from the two sqrt 2, over 2^14 for h).
struct GeluIbert {
  static constexpr int32_t kReach = 2562;
  static constexpr int32_t kFactor = 1183;
  static constexpr unsigned kShift = 30;
};

/// h of the pwl family, 32 segments of 128:
///   i = |x| >> 7; f = |x| & 127; h = i >= 32 ? 0 : A[i] + rshr(B[i] * f, 7)
/// A 12 bits unsigned, B 11 bits signed, B*f 18 bits signed. The smallest largest error in each
/// segment, with A[0] = 0 (fitGelu in sw/numerics/fit.hpp finds them within 1, B[0] within 11).
struct GeluPwl {
  static constexpr unsigned kSegments = 32;
  static constexpr unsigned kSegmentBits = 7;
  static constexpr std::array<int16_t, kSegments> kA = {
      0,    934, 1655, 2184, 2536, 2731, 2791, 2740, 2603, 2403, 2165, 1905, 1641, 1385, 1147, 932,
      744,  583, 449,  340,  253,  185,  134,  94,   66,   45,   31,   20,   13,   9,    5,    3};
  static constexpr std::array<int16_t, kSegments> kB = {
      929,  723,  531,  355,  198, 62,  -49, -136, -198, -237, -259, -263, -255, -238, -215, -188,
      -161, -134, -109, -87,  -68, -51, -40, -28,  -21,  -14,  -11,  -7,   -4,   -4,   -1,   -1};
};

/// h(|x|) of GELU, LSB 2^-14; magnitude 0..32768, LSB 2^-10.
constexpr int32_t geluH(int32_t magnitude, Family family) {
  if (family == Family::Ibert) {
    const int64_t c = std::max(GeluIbert::kReach - magnitude, 0);
    return static_cast<int32_t>(rshr(magnitude * c * c * GeluIbert::kFactor, GeluIbert::kShift));
  }
  const auto segment = static_cast<uint32_t>(magnitude) >> GeluPwl::kSegmentBits;
  if (segment >= GeluPwl::kSegments) return 0;
  const int32_t fraction = magnitude & ((1 << GeluPwl::kSegmentBits) - 1);
  return GeluPwl::kA[segment] +
         static_cast<int32_t>(rshr(GeluPwl::kB[segment] * fraction, GeluPwl::kSegmentBits));
}

/// y = (max(x, 0) << 4) - h(|x|): x int16 LSB 2^-10, y 20 bits signed LSB 2^-14.
constexpr int32_t gelu(int16_t x, Family family) {
  const int32_t wide = x;
  return (std::max(wide, 0) << 4) - geluH(wide < 0 ? -wide : wide, family);
}

/// The whole operation: REQ_8(y(REQ_16(acc, input, 0)), output, zero), with y of a table.
constexpr int8_t activate(int64_t acc, Scale input, Scale output, int zero,
                          const ActivationTable& table, TableForm form) {
  const auto x = static_cast<int16_t>(requantize<16>(acc, input));
  return static_cast<int8_t>(requantize<8>(tableActivation(x, table, form), output, zero));
}

/// The same with GELU.
constexpr int8_t activate(int64_t acc, Scale input, Scale output, int zero, Family family) {
  const auto x = static_cast<int16_t>(requantize<16>(acc, input));
  return static_cast<int8_t>(requantize<8>(gelu(x, family), output, zero));
}

/// y of any kind: GELU as the family has it, the others from their tables.
constexpr int32_t activation(int16_t x, ActivationKind kind, Family family) {
  if (kind == ActivationKind::Gelu) return gelu(x, family);
  return tableActivation(x, activationTable(kind), tableForm(kind));
}
constexpr int8_t activate(int64_t acc, Scale input, Scale output, int zero, ActivationKind kind,
                          Family family) {
  if (kind == ActivationKind::Gelu) return activate(acc, input, output, zero, family);
  return activate(acc, input, output, zero, activationTable(kind), tableForm(kind));
}

}  // namespace intformer
