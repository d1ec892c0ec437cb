#include "sw/numerics/scale.hpp"

#include <cmath>

#include <fmt/core.h>

namespace intformer {

double Scale::real() const { return std::ldexp(multiplier, -static_cast<int>(shift)); }

Scale scaleFromReal(double value, std::string_view tensor) {
  if (!std::isfinite(value) || value < 0)
    throw ScaleError(fmt::format("{}: scale {} is not a finite positive number", tensor, value));
  if (value == 0) return {};
  int exponent = 0;
  const double mantissa = std::frexp(value, &exponent);
  auto multiplier = static_cast<uint32_t>(std::lround(mantissa * 65536));
  if (multiplier == 65536) {  // rounded up to the next power of two
    multiplier = 32768;
    ++exponent;
  }
  const int shift = 16 - exponent;
  if (shift < 1)
    throw ScaleError(fmt::format("{}: scale {} is too large for 16-bit multiplier and shift >= 1",
                                 tensor, value));
  if (shift > static_cast<int>(kMaxScaleShift)) return {};
  return {static_cast<uint16_t>(multiplier), static_cast<uint8_t>(shift)};
}

}  // namespace intformer
