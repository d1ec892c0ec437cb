#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sw/model/graph.hpp"
#include "sw/quantizer/calibrate.hpp"

namespace intformer {

/// Encoder layers in integers. Tensors are named as those of buildBertEncoder (sw/model/bert.hpp).
/// Inputs are token ids (quantizeModel) or activations (quantizeBert); the others are kNoTensor.
struct QuantizedBert {
  Graph graph;
  TensorId tokens = kNoTensor, places = kNoTensor;
  TensorId input8 = kNoTensor, input16 = kNoTensor;
  TensorId output8 = kNoTensor, output16 = kNoTensor;
  std::vector<double> inputStep;   ///< per channel, real value of one LSB of input8; 256 of input16
  std::vector<double> outputStep;  ///< the same of the outputs
};

/// The first ranges.size() layers of the model for sentences of `rows` tokens. The model may hold
/// one layer more: the last output is then smoothed for it. Throws ScaleError, naming the tensor,
/// where a scale has no integer form.
QuantizedBert quantizeBert(const FloatBert& model, std::span<const LayerRanges> ranges,
                           uint32_t rows, const std::string& name);

/// Values of input8 and input16 for the float embedding.
TensorValues quantizeInput(const QuantizedBert& model, const FloatMatrix& input);

/// The graph's output in reals, from output16.
FloatMatrix dequantizeOutput(const QuantizedBert& model, const TensorValues& values);

/// Cosine of each row of `a` with the same row of `b`; 0 where one of them is zero.
std::vector<double> rowCosines(const FloatMatrix& a, const FloatMatrix& b);

}  // namespace intformer
