#include "sw/quantizer/quantized_model.hpp"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "sw/graph/lengths.hpp"

namespace intformer::quantizer {

using floating::FloatMatrix;

TensorValues modelInputs(const QuantizedModel& model, const Graph& graph, const TokenBatch& batch) {
  TensorValues values = tokenInputs(graph, batch);
  if (model.frames == kNoTensor) return values;
  const TensorInfo& info = graph.tensors[model.frames];
  if (batch.frames.size() != std::size_t{info.rows} * info.cols)
    throw std::invalid_argument(fmt::format("{}: {} values for {} rows of {}", info.name,
                                            batch.frames.size(), info.rows, info.cols));
  values[model.frames] = encode(batch.frames, model.frameCoding);
  return values;
}

FloatMatrix dequantize(const Tensor& values, std::span<const double> step) {
  FloatMatrix result(values.rows, values.cols);
  for (uint32_t r = 0; r < values.rows; ++r)
    for (uint32_t c = 0; c < values.cols; ++c)
      result.row(r)[c] = static_cast<float>(values.at(r, c) * step[c] / 256);
  return result;
}

FloatMatrix dequantizeOutput(const QuantizedModel& model, const TensorValues& values) {
  return dequantize(values[model.output16], model.outputStep);
}

std::vector<double> rowCosines(const FloatMatrix& a, const FloatMatrix& b) {
  std::vector<double> cosines;
  for (uint32_t r = 0; r < a.rows; ++r) {
    double dot = 0, aa = 0, bb = 0;
    for (uint32_t c = 0; c < a.cols; ++c) {
      dot += double{a.row(r)[c]} * b.row(r)[c];
      aa += double{a.row(r)[c]} * a.row(r)[c];
      bb += double{b.row(r)[c]} * b.row(r)[c];
    }
    cosines.push_back(aa > 0 && bb > 0 ? dot / std::sqrt(aa * bb) : 0);
  }
  return cosines;
}

}  // namespace intformer::quantizer
