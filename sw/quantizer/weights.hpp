#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sw/graph/graph.hpp"
#include "sw/quantizer/coding.hpp"

namespace intformer::quantizer {

struct WeightOptions {
  bool perChannel = true;      ///< a scale per output channel, or one for all
  bool secondOrder = true;     ///< rounding as GPTQ does, or to nearest
  bool biasCorrection = true;  ///< the mean over the calibration becomes that of float32
};

/// What a linear operator reads while the calibration runs.
struct LinearInput {
  const Coding& coding;
  const floating::Matrix& codes;        ///< the integer model's, in steps from the zero point
  const floating::FloatMatrix& values;  ///< float32's
};

/// Gives the linear operator `op`, which has the size of `source`, its integers: weights in
/// [-127, 127] with the input's steps folded in, zero points in the bias. `extra` is added to the
/// real bias. Returns the real value of one unit of acc + bias, per output channel.
std::vector<double> quantizeLinear(const floating::AffineMap& source, std::span<const double> extra,
                                   const LinearInput& input, const WeightOptions& options,
                                   Linear& op);

/// The weights to nearest with the steps of their rows folded in, times the step of their column:
/// what integer codes are multiplied by in the end.
floating::Matrix nearestProduct(const floating::AffineMap& source,
                                std::span<const double> rowSteps);

/// Covariance of the codes' columns.
floating::Matrix covariance(const floating::Matrix& codes);

/// Rounds `weights` (in units of their codes; a column per output channel) to integers in [-127,
/// 127], row by row in the order of falling variance; each row's error is spread over the rows to
/// come so that the products' squared error, by the inputs' covariance, stays small (GPTQ).
floating::Matrix roundSecondOrder(const floating::Matrix& weights,
                                  const floating::Matrix& covariance);

}  // namespace intformer::quantizer
