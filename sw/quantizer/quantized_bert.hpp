#pragma once

#include <span>
#include <string>
#include <vector>

#include "sw/graph/graph.hpp"
#include "sw/model/bert.hpp"
#include "sw/quantizer/float_forward.hpp"

namespace intformer {

/// A BERT encoder in integers, from token ids. Tensors are named as those of buildBertEncoder
/// (sw/model/bert.hpp).
struct QuantizedBert {
  Graph graph;
  TensorId tokens = kNoTensor, places = kNoTensor;
  TensorId output8 = kNoTensor, output16 = kNoTensor;
  std::vector<double> outputStep;  ///< per channel: an LSB of output8 in reals; 256 of output16
};

/// What quantizeModel makes of a model has the tensors and operators of this shape's encoder from
/// token ids (buildBertEncoder), and other integers.
ModelSpec shapeOf(const BertConfig& config, const std::string& name);

/// An int16 result in reals: step[c] is worth 256 LSB of channel c. One step per column.
FloatMatrix dequantize(const Tensor& values, std::span<const double> step);

/// The graph's output in reals, from output16.
FloatMatrix dequantizeOutput(const QuantizedBert& model, const TensorValues& values);

/// Cosine of each row of `a` with the same row of `b`; 0 where one of them is zero.
std::vector<double> rowCosines(const FloatMatrix& a, const FloatMatrix& b);

}  // namespace intformer
