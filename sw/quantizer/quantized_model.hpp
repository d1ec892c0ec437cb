#pragma once

#include <span>
#include <vector>

#include "sw/float/float_matrix.hpp"
#include "sw/graph/graph.hpp"
#include "sw/graph/token_batch.hpp"
#include "sw/quantizer/coding.hpp"

namespace intformer::quantizer {

/// A trained model in integers, from token ids. Tensors are named as those of the float graph, in
/// one width or two (sw/quantizer/integer_form.hpp).
struct QuantizedModel {
  Graph graph;
  TensorId tokens = kNoTensor, places = kNoTensor;
  TensorId frames = kNoTensor;  ///< int8: what comes with the tokens, in a model that reads such
  Coding frameCoding;           ///< and what its codes mean
  TensorId output8 = kNoTensor, output16 = kNoTensor;
  std::vector<double> outputStep;  ///< per channel: an LSB of output8 in reals; 256 of output16
};

/// Values for all of the model's inputs; `graph` is its graph for the batch's lengths. Frames beyond
/// the codes are clipped. Throws as tokenInputs() does (sw/graph/lengths.hpp), and
/// std::invalid_argument for other frames than the tokens ask for.
TensorValues modelInputs(const QuantizedModel& model, const Graph& graph, const TokenBatch& batch);

/// An int16 result in reals: step[c] is worth 256 LSB of channel c. One step per column.
floating::FloatMatrix dequantize(const Tensor& values, std::span<const double> step);

/// The graph's output in reals, from output16.
floating::FloatMatrix dequantizeOutput(const QuantizedModel& model, const TensorValues& values);

/// Cosine of each row of `a` with the same row of `b`; 0 where one of them is zero.
std::vector<double> rowCosines(const floating::FloatMatrix& a, const floating::FloatMatrix& b);

}  // namespace intformer::quantizer
