#include "sw/numerics/layernorm.hpp"

#include <cmath>

#include <fmt/core.h>

namespace intformer {

uint64_t normEpsilon(double eps, uint32_t width, double inputScale, std::string_view tensor) {
  const double real = std::round(eps * width * width / (inputScale * inputScale));
  if (!(real < std::ldexp(1.0, 48)))
    throw ScaleError(fmt::format("{}: epsilon {} is too large for input scale {}", tensor, eps,
                                 inputScale));
  return std::max<uint64_t>(64, static_cast<uint64_t>(real));
}

NormAffine normAffineFromReal(std::span<const double> gamma, std::span<const double> beta,
                              std::span<const double> outputScale, std::string_view tensor) {
  double gainPeak = 0;
  double offsetPeak = 0;
  for (std::size_t c = 0; c < gamma.size(); ++c) {
    gainPeak = std::max(gainPeak, std::abs(gamma[c] / outputScale[c]));
    offsetPeak = std::max(offsetPeak, std::abs(beta[c] / outputScale[c]));
  }
  int shift = 31;
  const auto fits = [&] {
    return std::round(std::ldexp(gainPeak, shift - 9)) < 32768 &&
           std::round(std::ldexp(offsetPeak, shift)) < 2147483648.0;
  };
  while (shift >= 9 && !fits()) --shift;
  if (shift < 9)
    throw ScaleError(fmt::format("{}: gain or offset too large for its output scale (gain up to {} "
                                 "LSB, offset up to {} LSB)", tensor, gainPeak, offsetPeak));
  NormAffine affine;
  affine.shift = static_cast<uint8_t>(shift);
  for (std::size_t c = 0; c < gamma.size(); ++c) {
    affine.gain.push_back(
        static_cast<int16_t>(std::lround(std::ldexp(gamma[c] / outputScale[c], shift - 9))));
    affine.offset.push_back(
        static_cast<int32_t>(std::lround(std::ldexp(beta[c] / outputScale[c], shift))));
  }
  return affine;
}

}  // namespace intformer
