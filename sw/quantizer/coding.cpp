#include "sw/quantizer/coding.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sw/quantizer/weights.hpp"

namespace intformer::quantizer {

using floating::AffineMap;
using floating::FloatMatrix;
using floating::Matrix;
using floating::product;
using floating::spread;
using floating::view;

namespace {

constexpr double kCodes = 254;
constexpr double kFloor = 1e-4;  // of the largest, for channels that are (nearly) constant
constexpr int kMostTenths = 9;      // the largest strength that is tried
constexpr uint32_t kSample = 1024;  // rows that a strength is chosen by
constexpr uint32_t kBlock = 16;     // rows that stay together where the values are split
/// Of the weights' error to nearest, what second-order rounding leaves.
constexpr double kWeightShare = 0.5;

double width(Interval range, bool zeroPoints) {
  return zeroPoints ? range.high - range.low
                    : 2 * std::max(std::abs(range.low), std::abs(range.high));
}

/// The rows of every second block of about a sentence; at most `most` of them, spread evenly.
FloatMatrix alternateBlocks(const FloatMatrix& values, bool second, uint32_t most) {
  std::vector<uint32_t> rows;
  for (uint32_t r = 0; r < values.rows; ++r)
    if ((r / kBlock % 2 == 1) == second) rows.push_back(r);
  const std::size_t stride = (rows.size() + most - 1) / most;
  FloatMatrix result(static_cast<uint32_t>((rows.size() + stride - 1) / stride), values.cols);
  for (uint32_t r = 0; r < result.rows; ++r)
    std::copy_n(values.row(rows[r * stride]), values.cols, result.row(r));
  return result;
}

/// The strength with the least error on half of the values, by ranges of the other half: near 1 a
/// channel has no codes beyond its range, which shows on other values only. 1 itself is not tried:
/// what a calibration says about the rare tokens that leave the ranges is too little to trust it.
double bestStrength(const FloatMatrix& values, std::span<const AffineMap* const> consumers,
                    const CodingOptions& options) {
  const std::vector<Interval> ranges =
      channelRanges(alternateBlocks(values, false, values.rows), options.ranges);
  const FloatMatrix others = alternateBlocks(values, true, kSample);
  double best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (int tenth = 0; tenth <= kMostTenths; ++tenth) {
    const double strength = tenth / 10.0;
    const double error = productError(
        others, consumers,
        codingFor(ranges, smoothingFactors(ranges, consumers, strength), options.zeroPoints));
    if (error >= least) continue;
    least = error;
    best = strength;
  }
  return best;
}

}  // namespace

std::vector<double> smoothingFactors(std::span<const Interval> ranges,
                                     std::span<const AffineMap* const> consumers,
                                     double strength) {
  std::vector<double> activation, weight(ranges.size(), 0), factors;
  for (const Interval range : ranges)
    activation.push_back(std::max(1e-12, range.high - range.low));
  for (const AffineMap* consumer : consumers)
    for (std::size_t k = 0; k < weight.size(); ++k)
      weight[k] = std::max<double>(
          weight[k], view(*consumer).row(static_cast<Eigen::Index>(k)).cwiseAbs().maxCoeff());
  const double activationFloor = kFloor * std::ranges::max(activation);
  const double weightFloor = std::max(1e-12, kFloor * std::ranges::max(weight));
  const double exponent = consumers.empty() ? 1 : strength;
  for (std::size_t c = 0; c < ranges.size(); ++c)
    factors.push_back(std::pow(std::max(activation[c], activationFloor), exponent) /
                      std::pow(std::max(weight[c], weightFloor), 1 - exponent));
  return factors;
}

Coding codingFor(std::span<const Interval> ranges, std::span<const double> factors,
                 bool zeroPoints) {
  double common = 1e-12;
  for (std::size_t c = 0; c < ranges.size(); ++c)
    common = std::max(common, width(ranges[c], zeroPoints) / factors[c] / kCodes);
  Coding coding;
  for (std::size_t c = 0; c < ranges.size(); ++c) {
    coding.step.push_back(common * factors[c]);
    coding.zero.push_back(
        zeroPoints ? static_cast<int32_t>(std::lround(-(ranges[c].low + ranges[c].high) / 2 /
                                                      coding.step[c]))
                   : 0);
  }
  return coding;
}

Matrix codes(const FloatMatrix& values, const Coding& coding) {
  Matrix result(values.rows, values.cols);
  for (uint32_t r = 0; r < values.rows; ++r)
    for (uint32_t c = 0; c < values.cols; ++c) {
      const auto zero = static_cast<float>(coding.zero[c]);
      const float code = std::nearbyint(values.row(r)[c] / static_cast<float>(coding.step[c]));
      result(r, c) = std::clamp(code, -128 - zero, 127 - zero);
    }
  return result;
}

Matrix codes(const Tensor& values, const Coding& coding) {
  Matrix result(values.rows, values.cols);
  for (uint32_t r = 0; r < values.rows; ++r)
    for (uint32_t c = 0; c < values.cols; ++c)
      result(r, c) = static_cast<float>(values.at(r, c) - coding.zero[c]);
  return result;
}

Tensor encode(std::span<const float> values, const Coding& coding) {
  const auto cols = static_cast<uint32_t>(coding.step.size());
  Tensor result(ElementType::Int8, static_cast<uint32_t>(values.size() / cols), cols);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t c = i % cols;
    const double code = std::nearbyint(values[i] / coding.step[c]) + coding.zero[c];
    result.data[i] = static_cast<int16_t>(std::clamp(code, -128.0, 127.0));
  }
  return result;
}

double productError(const FloatMatrix& values, std::span<const AffineMap* const> consumers,
                    const Coding& coding) {
  const Eigen::RowVectorXf steps = floating::asFloat(coding.step);
  const Matrix integers = codes(values, coding);
  Matrix lost = view(values);  // by the codes
  lost.array() -= integers.array().rowwise() * steps.array();
  double error = 0;
  for (const AffineMap* consumer : consumers) {
    const floating::MatrixView weights = view(*consumer);
    Matrix rounding = weights.array().colwise() * steps.transpose().array();
    rounding -= nearestProduct(*consumer, coding.step);
    error += (spread(product(lost, weights)) +
              kWeightShare * spread(product(integers, rounding))) /
             std::max(1e-30, spread(product(view(values), weights)));
  }
  return error;
}

Coding chooseCoding(const FloatMatrix& values, std::span<const AffineMap* const> consumers,
                    const CodingOptions& options) {
  double strength = options.strength.value_or(1);
  if (!options.strength && !consumers.empty() && values.rows > kBlock)
    strength = bestStrength(values, consumers, options);
  const std::vector<Interval> ranges = channelRanges(values, options.ranges);
  return codingFor(ranges, smoothingFactors(ranges, consumers, strength), options.zeroPoints);
}

}  // namespace intformer::quantizer
