#include "sw/accuracy/layers.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <regex>

#include "sw/float/matrix.hpp"
#include "sw/float/run_float.hpp"
#include "sw/graph/lengths.hpp"

namespace intformer::accuracy {

using floating::FloatLayerNorm;
using floating::FloatMatrix;
using floating::view;
using quantizer::QuantizedModel;
using reference::OperatorError;

namespace {

struct Run {
  Graph graph;
  TensorValues values;
};

Run runIntegers(const QuantizedModel& quantized, std::span<const std::vector<uint32_t>> sentences,
                const Variant& variant) {
  Run run;
  run.graph = withLengths(quantized.graph, lengthsOf(sentences));
  run.values = runVariant(run.graph, tokenInputs(run.graph, sentences), variant);
  return run;
}

/// The result in reals. Step and zero point of a channel follow from what was folded into gain and
/// offset; a channel without gain is constant.
FloatMatrix inReals(const LayerNorm& op, const FloatLayerNorm& norm, const Tensor& values) {
  const double unit = values.type == ElementType::Int16 ? 256 : 1;
  FloatMatrix result(values.rows, values.cols);
  for (uint32_t c = 0; c < values.cols; ++c) {
    const double gain = std::ldexp(op.gain[c], 9 - op.shift);  // gamma / step
    if (gain == 0) {
      for (uint32_t r = 0; r < values.rows; ++r) result.row(r)[c] = norm.offset(c);
      continue;
    }
    const double step = norm.gamma[c] / gain;
    const double zero = std::ldexp(op.offset[c], -op.shift) - norm.offset(c) / step;
    for (uint32_t r = 0; r < values.rows; ++r)
      result.row(r)[c] = static_cast<float>((values.at(r, c) / unit - zero) * step);
  }
  return result;
}

LayerError compare(const std::string& tensor, const FloatMatrix& integers,
                   const FloatMatrix& reference) {
  LayerError error;
  error.tensor = tensor;
  const std::vector<double> cosines = quantizer::rowCosines(integers, reference);
  for (const double cosine : cosines) error.mean += cosine / static_cast<double>(cosines.size());
  error.worst = std::ranges::min(cosines);
  const floating::Matrix difference = view(integers) - view(reference);
  error.relative =
      std::sqrt(difference.squaredNorm() / std::max(1e-30, floating::spread(view(reference))));
  return error;
}

}  // namespace

std::vector<LayerError> layerErrors(const floating::FloatGraph& graph,
                                    const QuantizedModel& quantized,
                                    std::span<const std::vector<uint32_t>> sentences,
                                    const Variant& variant) {
  const Run run = runIntegers(quantized, sentences, variant);
  const floating::FloatValues references = floating::runFloat(graph, sentences);
  std::map<std::string, const FloatLayerNorm*> norms;
  for (const floating::FloatOperator& op : graph.operators)
    if (const auto* norm = std::get_if<FloatLayerNorm>(&op)) norms[norm->name] = norm;
  std::vector<LayerError> errors;
  for (const LayerNorm* norm : operatorsOf<LayerNorm>(run.graph)) {
    const FloatLayerNorm& source = *norms.at(norm->name);
    const TensorId id = norm->output16 != kNoTensor ? norm->output16 : norm->output8;
    errors.push_back(compare(run.graph.tensors[id].name, inReals(*norm, source, run.values[id]),
                             references[source.output]));
  }
  return errors;
}

std::vector<OperatorError> ownErrors(const QuantizedModel& quantized,
                                     std::span<const std::vector<uint32_t>> sentences,
                                     const Variant& variant) {
  static const std::regex kNumber("^layer[0-9]+\\.");
  const Run run = runIntegers(quantized, sentences, variant);
  std::vector<OperatorError> worst;
  for (OperatorError error : reference::operatorErrors(run.graph, run.values)) {
    error.tensor = std::regex_replace(error.tensor, kNumber, "layer*.");
    const auto relative = [](const OperatorError& e) {
      return e.rootMeanSquare / std::max(1e-9, e.deviation);
    };
    const auto same = std::ranges::find(worst, error.tensor, &OperatorError::tensor);
    if (same == worst.end())
      worst.push_back(error);
    else if (relative(error) > relative(*same))
      *same = error;
  }
  return worst;
}

}  // namespace intformer::accuracy
