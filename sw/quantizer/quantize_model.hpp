#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "sw/quantizer/coding.hpp"
#include "sw/quantizer/quantized_bert.hpp"
#include "sw/quantizer/weights.hpp"

namespace intformer {

/// How a trained model becomes integers. The defaults are the best of docs/10-accuracy.md.
struct QuantizeOptions {
  CodingOptions activations;  ///< LayerNorm's and GELU's results
  RangeOptions heads;         ///< query, key, value and context
  WeightOptions weights;
  bool perHead = true;        ///< a scale per head for query, key, value and context, or one for all
  bool wideResidual = true;   ///< residuals add int16 activations, or their int8 form
  bool dither = false;        ///< round attention weights by position instead of to nearest
};

/// The whole model from token ids, as a graph for one sequence of one token: inputs "tokens" and
/// "places", "embedding.sum" and "embedding.{output8,output16}", then the layers. Ranges come from
/// running the model in float32 on the calibration's texts and pairs of texts.
/// Calls `layerDone` after every layer.
/// Throws ImportError for an empty calibration or ids that the model does not know, ScaleError
/// where a scale has no integer form.
QuantizedBert quantizeModel(const FloatBert& model, const TokenBatch& calibration,
                            const QuantizeOptions& options,
                            const std::function<void(uint32_t done)>& layerDone = {});

}  // namespace intformer
