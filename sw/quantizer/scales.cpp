#include "sw/quantizer/scales.hpp"

#include <algorithm>
#include <cmath>

namespace intformer {
namespace {

constexpr double kSmoothing = 0.8;  // the exponent a
constexpr double kMaxBias = 1 << 29;
/// A channel that is (nearly) always zero counts as this part of the largest one.
constexpr double kFloor = 1e-4;

double largestIn(const std::vector<double>& values) {
  return std::max(1e-12, *std::max_element(values.begin(), values.end()));
}

/// m[c], up to a common factor.
std::vector<double> smoothing(const ChannelRange& range,
                              std::span<const FloatLinear* const> consumers) {
  const std::size_t channels = range.low.size();
  std::vector<double> activation(channels), weight(channels, 0.0), factors(channels);
  for (std::size_t c = 0; c < channels; ++c) {
    activation[c] = range.largest(c);
    for (const FloatLinear* consumer : consumers)
      for (uint32_t j = 0; j < consumer->cols; ++j)
        weight[c] =
            std::max<double>(weight[c], std::abs(consumer->weights[c * consumer->cols + j]));
  }
  const double activationFloor = kFloor * largestIn(activation);
  const double weightFloor = kFloor * largestIn(weight);
  const double exponent = consumers.empty() ? 1.0 : kSmoothing;
  for (std::size_t c = 0; c < channels; ++c)
    factors[c] = std::pow(std::max(activation[c], activationFloor), exponent) /
                 std::pow(std::max(weight[c], weightFloor), 1 - exponent);
  return factors;
}

/// Common step such that the widest of the smoothed channels has `codes` steps; times m[c].
std::vector<double> stepsFor(const std::vector<double>& factors, const std::vector<double>& widths,
                             double codes) {
  double common = 1e-12;
  for (std::size_t c = 0; c < factors.size(); ++c)
    common = std::max(common, widths[c] / factors[c] / codes);
  std::vector<double> steps = factors;
  for (double& step : steps) step *= common;
  return steps;
}

}  // namespace

Quantization smoothedSymmetric(const ChannelRange& range,
                               std::span<const FloatLinear* const> consumers) {
  std::vector<double> widths(range.low.size());
  for (std::size_t c = 0; c < widths.size(); ++c) widths[c] = range.largest(c);
  return {stepsFor(smoothing(range, consumers), widths, 127),
          std::vector<int8_t>(widths.size(), 0)};
}

Quantization smoothedAsymmetric(const ChannelRange& range,
                                std::span<const FloatLinear* const> consumers) {
  std::vector<double> widths(range.low.size());
  for (std::size_t c = 0; c < widths.size(); ++c) widths[c] = double{range.high[c]} - range.low[c];
  Quantization result{stepsFor(smoothing(range, consumers), widths, 255), {}};
  for (std::size_t c = 0; c < widths.size(); ++c)
    result.zero.push_back(saturate8(std::lround(-128 - range.low[c] / result.step[c])));
  return result;
}

Quantization perGroup(const ChannelRange& range, uint32_t groupCols) {
  Quantization result;
  const std::size_t channels = range.low.size();
  const double floor = kFloor * std::max(1e-12, range.largest(0, channels));
  for (std::size_t c = 0; c < channels; ++c) {
    const std::size_t group = c / groupCols * groupCols;
    result.step.push_back(std::max(floor, range.largest(group, group + groupCols)) / 127);
  }
  result.zero.assign(channels, 0);
  return result;
}

double residualStep(const ChannelRange& range) {
  return 2 * std::max(1e-6, range.largest(0, range.low.size())) / 32767;
}

QuantizedLinear quantizeLinearByRange(const std::string& name, const FloatLinear& source,
                               const Quantization& input) {
  const std::size_t cols = source.cols;
  QuantizedLinear result;
  Linear& op = result.op;
  op.name = name;
  op.depth = source.depth;
  op.cols = source.cols;
  op.weights.resize(source.weights.size());
  op.bias.resize(cols);
  result.step.assign(cols, 0.0);
  const auto folded = [&](std::size_t k, std::size_t c) {
    return source.weights[k * cols + c] * input.step[k];
  };
  for (std::size_t k = 0; k < source.depth; ++k)
    for (std::size_t c = 0; c < cols; ++c)
      result.step[c] = std::max(result.step[c], std::abs(folded(k, c)) / 127);
  const double floor = kFloor * largestIn(result.step);
  for (std::size_t c = 0; c < cols; ++c)  // coarser where weights vanish, or the bias would not fit
    result.step[c] = std::max({result.step[c], floor, std::abs(source.bias[c]) / kMaxBias});
  std::vector<int64_t> bias(cols);
  for (std::size_t c = 0; c < cols; ++c) bias[c] = std::llround(source.bias[c] / result.step[c]);
  for (std::size_t k = 0; k < source.depth; ++k) {
    for (std::size_t c = 0; c < cols; ++c) {
      const auto weight = static_cast<int8_t>(std::lround(folded(k, c) / result.step[c]));
      op.weights[k * cols + c] = weight;
      bias[c] -= input.zero[k] * weight;  // at most 65535 * 128 * 127 < 2^30
    }
  }
  for (std::size_t c = 0; c < cols; ++c)
    op.bias[c] = static_cast<int32_t>(std::clamp<int64_t>(bias[c], -(1 << 30), 1 << 30));
  return result;
}

}  // namespace intformer
