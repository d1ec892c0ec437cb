#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sw/import/bert_model.hpp"
#include "sw/model/graph.hpp"
#include "sw/quantizer/calibrate.hpp"

namespace intformer {

/// An int8 tensor's quantization: real value = (integer - zero[c]) * step[c].
struct Quantization {
  std::vector<double> step;
  std::vector<int8_t> zero;  ///< all 0 for symmetric tensors
};

/// Symmetric, per tensor but for the smoothing factors m[c] = max|x_c|^0.8 / max|w_c|^0.2 (w_c: row
/// c of all consumers, docs/2-numerics.md section 1), so that the largest channel reaches 127.
/// Without consumers m[c] = max|x_c|.
Quantization smoothedSymmetric(const ChannelRange& range,
                               std::span<const FloatLinear* const> consumers);

/// The same with a zero point per channel: the smallest calibrated value of a channel is -128.
Quantization smoothedAsymmetric(const ChannelRange& range,
                                std::span<const FloatLinear* const> consumers);

/// Symmetric, one step for each group of channels.
Quantization perGroup(const ChannelRange& range, uint32_t groupCols);

/// One step of an int16 residual: twice the calibrated peak fits.
double residualStep(const ChannelRange& range);

/// A float linear operator in integers: weights per output channel in [-127, 127], the input's
/// steps and zero points folded in. The caller adds tensors and epilogue.
struct QuantizedLinear {
  Linear op;
  std::vector<double> step;  ///< real value of one unit of acc + bias, per output channel
};
QuantizedLinear quantizeLinearByRange(const std::string& name, const FloatLinear& source,
                               const Quantization& input);

}  // namespace intformer
