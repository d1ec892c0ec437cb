#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "sw/quantizer/float_forward.hpp"

namespace intformer {

/// Smallest and largest value of every channel of a tensor over the calibration sentences.
struct ChannelRange {
  std::vector<float> low;
  std::vector<float> high;

  void include(const FloatMatrix& values);
  /// Largest absolute value of one channel, and of channels [begin, end).
  [[nodiscard]] double largest(std::size_t channel) const {
    return std::max(std::abs(low[channel]), std::abs(high[channel]));
  }
  [[nodiscard]] double largest(std::size_t begin, std::size_t end) const;
};

/// What quantization needs to know of a layer's tensors.
struct LayerRanges {
  ChannelRange input, query, key, value, context, attentionResidual, attentionNorm, hidden,
      outputResidual, output;
};

/// Runs the model's first `layers` layers in float32 on each token list.
std::vector<LayerRanges> calibrate(const FloatBert& model,
                                   std::span<const std::vector<uint32_t>> sentences,
                                   uint32_t layers);

}  // namespace intformer
