#pragma once

#include <bit>
#include <cstdint>

namespace intformer::importer {

/// The upper half of a float32.
constexpr float fromBfloat16(uint16_t bits) { return std::bit_cast<float>(uint32_t{bits} << 16); }

/// IEEE binary16.
constexpr float fromFloat16(uint16_t bits) {
  const uint32_t sign = uint32_t{bits & 0x8000U} << 16;
  const uint32_t exponent = bits >> 10 & 31;
  const uint32_t fraction = bits & 1023;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7f800000U | fraction << 13);
  if (exponent != 0) return std::bit_cast<float>(sign | (exponent + 112) << 23 | fraction << 13);
  const float magnitude = static_cast<float>(fraction) * 0x1p-24F;  // subnormal
  return sign != 0 ? -magnitude : magnitude;
}

}  // namespace intformer::importer
