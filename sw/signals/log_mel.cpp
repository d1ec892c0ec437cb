#include "sw/signals/log_mel.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "sw/float/matrix.hpp"

namespace intformer::signals {

using floating::FloatMatrix;
using floating::Matrix;

namespace {

constexpr uint32_t kWindow = 400, kHop = 160, kFrequencies = kWindow / 2 + 1;

// Slaney's scale: linear below 1000 Hz, a factor of 6.4 in 27 steps above.
constexpr double kLinear = 200.0 / 3, kKnee = 1000, kKneeMel = kKnee / kLinear;
const double kLogStep = std::log(6.4) / 27;

double melOf(double hertz) {
  return hertz < kKnee ? hertz / kLinear : kKneeMel + std::log(hertz / kKnee) / kLogStep;
}
double hertzOf(double mel) {
  return mel < kKneeMel ? mel * kLinear : kKnee * std::exp(kLogStep * (mel - kKneeMel));
}

/// Cosines and sines of every frequency under Hann's window: a window's samples times this are its
/// spectrum.
Matrix spectrumOf() {
  Matrix waves(kWindow, 2 * kFrequencies);
  for (uint32_t n = 0; n < kWindow; ++n) {
    const double hann = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * n / kWindow);
    for (uint32_t k = 0; k < kFrequencies; ++k) {
      const double angle = 2 * std::numbers::pi * (n * k % kWindow) / kWindow;
      waves(n, k) = static_cast<float>(hann * std::cos(angle));
      waves(n, kFrequencies + k) = static_cast<float>(hann * std::sin(angle));
    }
  }
  return waves;
}

/// Windows around every kHop-th sample; beyond both ends the sound is mirrored.
Matrix windowsOf(const Sound& sound, uint32_t rows) {
  const auto size = static_cast<int64_t>(rows) * kHop;
  const auto sample = [&](int64_t at) {
    if (at < 0) at = -at;
    if (at >= size) at = 2 * (size - 1) - at;
    return at >= 0 && at < static_cast<int64_t>(sound.size())
               ? sound[static_cast<std::size_t>(at)]
               : 0.0F;
  };
  Matrix windows(rows, kWindow);
  for (uint32_t r = 0; r < rows; ++r)
    for (uint32_t n = 0; n < kWindow; ++n)
      windows(r, n) = sample(int64_t{r} * kHop + n - int64_t{kWindow / 2});
  return windows;
}

}  // namespace

FloatMatrix melFilters(uint32_t bands) {
  FloatMatrix filters(bands, kFrequencies);
  const double top = melOf(kSampleRate / 2.0);
  const auto edge = [&](uint32_t i) { return hertzOf(top * i / (bands + 1)); };
  for (uint32_t b = 0; b < bands; ++b) {
    const double low = edge(b), middle = edge(b + 1), high = edge(b + 2);
    for (uint32_t k = 0; k < kFrequencies; ++k) {
      const double hertz = static_cast<double>(k) * kSampleRate / kWindow;
      const double height =
          std::min((hertz - low) / (middle - low), (high - hertz) / (high - middle));
      filters.row(b)[k] = static_cast<float>(std::max(0.0, height) * 2 / (high - low));
    }
  }
  return filters;
}

FloatMatrix logMel(const Sound& sound, uint32_t bands, uint32_t rows) {
  const Matrix spectrum = floating::product(windowsOf(sound, rows), spectrumOf());
  const Matrix power = spectrum.leftCols(kFrequencies).array().square() +
                       spectrum.rightCols(kFrequencies).array().square();
  const FloatMatrix filters = melFilters(bands);
  const Matrix energy = floating::product(power, floating::view(filters).transpose());
  FloatMatrix result(rows, bands);
  std::transform(energy.data(), energy.data() + energy.size(), result.data.begin(),
                 [](float value) { return std::log10(std::max(value, 1e-10F)); });
  const float floor = std::ranges::max(result.data) - 8;
  for (float& value : result.data) value = (std::max(value, floor) + 4) / 4;
  return result;
}

}  // namespace intformer::signals
