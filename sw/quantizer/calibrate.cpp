#include "sw/quantizer/calibrate.hpp"

namespace intformer {

void ChannelRange::include(const FloatMatrix& values) {
  if (low.empty()) {
    low.assign(values.cols, 0.0F);
    high.assign(values.cols, 0.0F);
  }
  for (uint32_t r = 0; r < values.rows; ++r) {
    for (uint32_t c = 0; c < values.cols; ++c) {
      low[c] = std::min(low[c], values.row(r)[c]);
      high[c] = std::max(high[c], values.row(r)[c]);
    }
  }
}

double ChannelRange::largest(std::size_t begin, std::size_t end) const {
  double result = 0;
  for (std::size_t c = begin; c < end; ++c) result = std::max(result, largest(c));
  return result;
}

std::vector<LayerRanges> calibrate(const FloatBert& model,
                                   std::span<const std::vector<uint32_t>> sentences,
                                   uint32_t layers) {
  std::vector<LayerRanges> ranges(layers);
  for (const auto& tokens : sentences) {
    FloatMatrix input = embed(model, tokens);
    for (uint32_t i = 0; i < layers; ++i) {
      LayerActivations at = runFloatLayer(model.config, model.layers[i], input);
      LayerRanges& range = ranges[i];
      range.input.include(input);
      range.query.include(at.query);
      range.key.include(at.key);
      range.value.include(at.value);
      range.context.include(at.context);
      range.attentionResidual.include(at.attentionResidual);
      range.attentionNorm.include(at.attentionNorm);
      range.hidden.include(at.hidden);
      range.outputResidual.include(at.outputResidual);
      range.output.include(at.output);
      input = std::move(at.output);
    }
  }
  return ranges;
}

}  // namespace intformer
