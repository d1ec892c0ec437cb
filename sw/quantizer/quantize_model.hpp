#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "sw/float/float_graph.hpp"
#include "sw/graph/token_batch.hpp"
#include "sw/quantizer/coding.hpp"
#include "sw/quantizer/quantized_model.hpp"
#include "sw/quantizer/weights.hpp"

namespace intformer::quantizer {

/// How a trained model becomes integers. The defaults are the best of docs/10-accuracy.md.
struct QuantizeOptions {
  CodingOptions activations;  ///< results of LayerNorms and activations
  RangeOptions heads;         ///< query, key, value and context
  WeightOptions weights;
  bool perHead = true;        ///< a scale per head for query, key, value and context, or one for all
  bool wideResidual = true;   ///< residuals add int16 activations, or their int8 form
  bool dither = false;        ///< round attention weights by position instead of to nearest
};

/// The integers of a graph: its integerForm() with everything filled in, for one sequence of one
/// token. Ranges come from running the graph in float32 on the calibration's texts and pairs of
/// texts. What an int8 tensor's codes mean is decided by who reads it: of heads and of attention's
/// result they are symmetric, one step per head; elsewhere each channel has a step and a zero point
/// that suit the weights that it meets; behind an RMSNorm, which adds nothing, no zero point.
/// Calls `blockDone` after each of the graph's blocks.
/// Throws ImportError for an empty calibration or ids that the model does not know, ScaleError
/// where a scale has no integer form, std::invalid_argument where integerForm() does.
QuantizedModel quantizeModel(const floating::FloatGraph& graph, const TokenBatch& calibration,
                             const QuantizeOptions& options,
                             const std::function<void(uint32_t done)>& blockDone = {});

}  // namespace intformer::quantizer
