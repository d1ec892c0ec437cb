#pragma once

#include <cstdint>
#include <stdexcept>
#include <string_view>

#include "sw/numerics/integer.hpp"

/// Fixed-point scales, requantization and the residual sum (docs/2-numerics.md, sections 2.2 and 2.4).
namespace intformer {

/// Fixed-point scale: value * multiplier * 2^-shift.
struct Scale {
  uint16_t multiplier = 0;
  uint8_t shift = 1;  ///< 1..47
  bool operator==(const Scale&) const = default;
  [[nodiscard]] double real() const;
};

/// Exactly 1.0: rshr(v * 32768, 15) == v.
inline constexpr Scale kIdentityScale{32768, 15};
inline constexpr unsigned kMaxScaleShift = 47;

/// A real scale that no (multiplier, shift) can hold: the model is refused.
struct ScaleError : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

/// The nearest Scale with a normalized multiplier in [2^15, 2^16), within a relative 2^-16.
/// Smaller than 2^-32 or so becomes zero (multiplier 0, shift 1).
/// Throws ScaleError, naming `tensor`, for 65536 * 2^-1 and above, negative and not finite values.
Scale scaleFromReal(double value, std::string_view tensor);

/// rshr(v * M, s): v up to 32 bits, product 48 bits signed, not saturated.
constexpr int64_t scaled(int64_t v, Scale scale) {
  return rshr(v * scale.multiplier, scale.shift);
}

/// REQ_W(acc, M, s, z) = satW(rshr(acc*M, s) + z): acc int32, one rounding, one saturation.
template <unsigned W>
constexpr int64_t requantize(int64_t acc, Scale scale, int zero = 0) {
  return saturate<W>(scaled(acc, scale) + zero);
}

/// RES: sat16(rshr(acc*M1, s1) + rshr(id*M2, s2)), id int8 or int16.
/// The second term has at most 32 bits, so that hardware may clamp the first one to 34 bits signed
/// before the sum without changing any result.
constexpr int16_t residual(int64_t acc, Scale product, int16_t identity, Scale skip) {
  return saturate16(scaled(acc, product) + scaled(identity, skip));
}

}  // namespace intformer
