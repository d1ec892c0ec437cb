#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sw/float/matrix.hpp"
#include "sw/graph/tensor.hpp"
#include "sw/quantizer/ranges.hpp"

namespace intformer::quantizer {

/// What the codes of an int8 tensor mean: real value = (code - zero[c]) * step[c].
struct Coding {
  std::vector<double> step;
  std::vector<int32_t> zero;
};

/// Factors m[c] between the channels' steps, up to a common one: width of the channel's range to the
/// power `strength`, over the largest weight that reads it to the power 1 - strength.
std::vector<double> smoothingFactors(std::span<const Interval> ranges,
                                     std::span<const floating::AffineMap* const> consumers,
                                     double strength);

/// The smallest steps proportional to `factors` with which every range fits; ranges centred on the
/// codes by zero points, or without them symmetric.
Coding codingFor(std::span<const Interval> ranges, std::span<const double> factors,
                 bool zeroPoints);

/// The tensor's codes as reals, in steps from the zero point.
floating::Matrix codes(const floating::FloatMatrix& values, const Coding& coding);
floating::Matrix codes(const Tensor& values, const Coding& coding);

/// Values, a row per as many as the coding has channels, as the int8 codes that they are nearest to.
Tensor encode(std::span<const float> values, const Coding& coding);

/// How much the consumers' products lose by the coding, of their own size: by the values' 8 bits, and
/// half of what the weights' 8 bits lose to nearest (second-order rounding leaves about that).
double productError(const floating::FloatMatrix& values,
                    std::span<const floating::AffineMap* const> consumers, const Coding& coding);

struct CodingOptions {
  RangeOptions ranges;
  std::optional<double> strength;  ///< of smoothing; unset: the best by productError, in tenths
  bool zeroPoints = true;
};

/// Ranges, strength and zero points of a tensor whose calibration values these are. Without
/// consumers every channel fills its codes.
Coding chooseCoding(const floating::FloatMatrix& values,
                    std::span<const floating::AffineMap* const> consumers,
                    const CodingOptions& options);

}  // namespace intformer::quantizer
