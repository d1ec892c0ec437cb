#include "sw/accuracy/layers.hpp"

#include <algorithm>
#include <cmath>
#include <regex>

#include "sw/graph/lengths.hpp"
#include "sw/quantizer/matrix.hpp"

namespace intformer {
namespace {

struct Run {
  Graph graph;
  TensorValues values;
};

Run runIntegers(const QuantizedBert& quantized, std::span<const std::vector<uint32_t>> sentences,
                const Variant& variant) {
  Run run;
  run.graph = withLengths(quantized.graph, lengthsOf(sentences));
  run.values = runVariant(run.graph, tokenInputs(run.graph, sentences), variant);
  return run;
}

/// The int16 result in reals. Step and zero point of a channel follow from what was folded into gain
/// and offset; a channel without gain is constant.
FloatMatrix inReals(const LayerNorm& op, const FloatNorm& norm, const Tensor& values) {
  FloatMatrix result(values.rows, values.cols);
  for (uint32_t c = 0; c < values.cols; ++c) {
    const double gain = std::ldexp(op.gain[c], 9 - op.shift);  // gamma / step
    if (gain == 0) {
      for (uint32_t r = 0; r < values.rows; ++r) result.row(r)[c] = norm.beta[c];
      continue;
    }
    const double step = norm.gamma[c] / gain;
    const double zero = std::ldexp(op.offset[c], -op.shift) - norm.beta[c] / step;
    for (uint32_t r = 0; r < values.rows; ++r)
      result.row(r)[c] = static_cast<float>((values.at(r, c) / 256.0 - zero) * step);
  }
  return result;
}

LayerError compare(const std::string& tensor, const FloatMatrix& integers,
                   const FloatMatrix& reference) {
  LayerError error;
  error.tensor = tensor;
  const std::vector<double> cosines = rowCosines(integers, reference);
  for (const double cosine : cosines) error.mean += cosine / static_cast<double>(cosines.size());
  error.worst = std::ranges::min(cosines);
  const Matrix difference = view(integers) - view(reference);
  error.relative =
      std::sqrt(difference.squaredNorm() / std::max(1e-30, spread(view(reference))));
  return error;
}

}  // namespace

std::vector<LayerError> layerErrors(const FloatBert& model, const QuantizedBert& quantized,
                                    std::span<const std::vector<uint32_t>> sentences,
                                    const Variant& variant) {
  const Run run = runIntegers(quantized, sentences, variant);
  std::vector<FloatMatrix> references = {embed(model, sentences)};
  std::vector<const FloatNorm*> norms = {&model.embeddingNorm};
  for (const FloatLayer& layer : model.layers) {
    LayerActivations at =
        runFloatLayer(model.config, layer, references.back(), lengthsOf(sentences));
    references.push_back(std::move(at.attentionNorm));
    references.push_back(std::move(at.output));
    norms.insert(norms.end(), {&layer.attentionNorm, &layer.outputNorm});
  }
  std::vector<LayerError> errors;
  for (const Operator& op : run.graph.operators)
    if (const auto* norm = std::get_if<LayerNorm>(&op)) {
      const std::size_t i = errors.size();
      errors.push_back(compare(run.graph.tensors[norm->output16].name,
                               inReals(*norm, *norms[i], run.values[norm->output16]),
                               references[i]));
    }
  return errors;
}

std::vector<OperatorError> ownErrors(const QuantizedBert& quantized,
                                     std::span<const std::vector<uint32_t>> sentences,
                                     const Variant& variant) {
  static const std::regex kNumber("^layer[0-9]+\\.");
  const Run run = runIntegers(quantized, sentences, variant);
  std::vector<OperatorError> worst;
  for (OperatorError error : operatorErrors(run.graph, run.values)) {
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

}  // namespace intformer
