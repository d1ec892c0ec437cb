#include "sw/quantizer/ranges.hpp"

#include <algorithm>
#include <cmath>

#include "sw/parallel/parallel.hpp"

namespace intformer::quantizer {
namespace {

constexpr double kCodes = 254;  // steps between the outermost of -127 .. 127
constexpr int kTrials = 40;     // of MeanSquare
constexpr double kTrialStep = 0.015;

Interval extremes(std::span<const float> values) {
  const auto [low, high] = std::ranges::minmax(values);
  return {low, high};
}

Interval percentile(std::vector<float> values, double inside) {
  const double outside = (1 - inside / 100) / 2 * static_cast<double>(values.size());
  const auto dropped = static_cast<std::ptrdiff_t>(
      std::min(static_cast<std::size_t>(outside), (values.size() - 1) / 2));
  const auto low = values.begin() + dropped;
  const auto high = values.end() - 1 - dropped;
  std::ranges::nth_element(values, low);
  const double lowest = *low;
  std::nth_element(low, high, values.end());  // moves what `low` points to
  return {lowest, *high};
}

/// Shrinks the full range towards its middle as long as that pays.
Interval meanSquare(std::span<const float> values, double codes) {
  const Interval full = extremes(values);
  Interval best = full;
  double least = rangeError(values, full, codes);
  for (int trial = 1; trial < kTrials; ++trial) {
    const double cut = (full.high - full.low) / 2 * kTrialStep * trial;
    const Interval range{full.low + cut, full.high - cut};
    const double error = rangeError(values, range, codes);
    if (error < least) {
      least = error;
      best = range;
    }
  }
  return best;
}

}  // namespace

std::string_view rangeMethodName(RangeMethod method) {
  switch (method) {
    case RangeMethod::Max: return "max";
    case RangeMethod::Percentile: return "percentile";
    default: return "mse";
  }
}

double rangeError(std::span<const float> values, Interval range, double codes) {
  const double step = (range.high - range.low) / codes;
  if (!(step > 0)) {
    double error = 0;
    for (const float value : values) error += (value - range.low) * (value - range.low);
    return error;
  }
  const auto low = static_cast<float>(range.low), last = static_cast<float>(codes),
             size = static_cast<float>(step), inverse = 1 / size;
  double error = 0;
  for (const float value : values) {
    const float code = std::min(std::max(std::nearbyint((value - low) * inverse), 0.0F), last);
    const float difference = low + code * size - value;
    error += difference * difference;
  }
  return error;
}

Interval findRange(std::span<const float> values, double codes, const RangeOptions& options) {
  switch (options.method) {
    case RangeMethod::Max: return extremes(values);
    case RangeMethod::Percentile: return percentile({values.begin(), values.end()}, options.percentile);
    default: return meanSquare(values, codes);
  }
}

std::vector<Interval> channelRanges(const floating::FloatMatrix& values,
                                    const RangeOptions& options) {
  std::vector<Interval> ranges(values.cols);
  parallel::parallelFor(values.cols, 8, [&](uint32_t begin, uint32_t end) {
    std::vector<float> channel(values.rows);
    for (uint32_t c = begin; c < end; ++c) {
      for (uint32_t r = 0; r < values.rows; ++r) channel[r] = values.row(r)[c];
      ranges[c] = findRange(channel, kCodes, options);
    }
  });
  return ranges;
}

std::vector<Interval> groupRanges(const floating::FloatMatrix& values, uint32_t groupCols,
                                  const RangeOptions& options) {
  std::vector<Interval> ranges(values.cols);
  parallel::parallelFor(values.cols / groupCols, 1, [&](uint32_t begin, uint32_t end) {
    for (uint32_t group = begin; group < end; ++group) {
      std::vector<float> both;  // with either sign, so that the range is symmetric
      for (uint32_t r = 0; r < values.rows; ++r)
        for (uint32_t c = group * groupCols; c < (group + 1) * groupCols; ++c) {
          both.push_back(values.row(r)[c]);
          both.push_back(-values.row(r)[c]);
        }
      const Interval range = findRange(both, kCodes, options);
      std::fill_n(ranges.begin() + group * groupCols, groupCols, range);
    }
  });
  return ranges;
}

}  // namespace intformer::quantizer
