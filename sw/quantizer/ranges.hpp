#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "sw/float/float_matrix.hpp"

namespace intformer::quantizer {

/// How far a channel's 8-bit codes reach, from its calibration values.
enum class RangeMethod : uint8_t {
  Max,         ///< to the smallest and the largest value
  Percentile,  ///< leaves out the same share of the values on both sides
  MeanSquare,  ///< the range with the least squared error of 8-bit rounding and clipping
};
std::string_view rangeMethodName(RangeMethod method);

struct RangeOptions {
  RangeMethod method = RangeMethod::Max;
  double percentile = 99.99;  ///< of the values that lie inside, of Percentile
};

/// Reach of some values.
struct Interval {
  double low = 0;
  double high = 0;
};

/// The range of `values` for `codes` steps.
Interval findRange(std::span<const float> values, double codes, const RangeOptions& options);

/// Squared error of `values` rounded to `codes` steps over the range, and clipped there.
double rangeError(std::span<const float> values, Interval range, double codes);

/// Ranges of every channel.
std::vector<Interval> channelRanges(const floating::FloatMatrix& values,
                                    const RangeOptions& options);
/// Symmetric ranges, one for every group of channels, repeated for each of them.
std::vector<Interval> groupRanges(const floating::FloatMatrix& values, uint32_t groupCols,
                                  const RangeOptions& options);

}  // namespace intformer::quantizer
