#include "sw/quantizer/quantize_bert.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <numbers>

#include "sw/numerics/numerics.hpp"
#include "sw/quantizer/scales.hpp"

namespace intformer {
namespace {

constexpr double kGeluInput = 1024;    // steps per unit of GELU's argument
constexpr double kGeluOutput = 16384;  // and of its result

/// Activations in two widths and their quantization; 256 of the wide one's LSB are one step.
struct Stream {
  TensorId narrow = kNoTensor;
  TensorId wide = kNoTensor;
  Quantization quantization;
};

class Builder {
 public:
  Builder(const FloatBert& model, std::span<const LayerRanges> ranges, uint32_t rows,
          const std::string& name)
      : model_(model),
        ranges_(ranges),
        rows_(rows),
        width_(model.config.width) {
    result_.graph.name = name;
  }

  /// Begins with activations in two widths.
  void addInput() {
    stream_ = {add("input8", ElementType::Int8, width_, TensorRole::Input),
               add("input16", ElementType::Int16, width_, TensorRole::Input),
               attentionInput(ranges_[0].input, 0)};
    result_.input8 = stream_.narrow;
    result_.input16 = stream_.wide;
    result_.inputStep = stream_.quantization.step;
  }

  QuantizedBert build() {
    for (uint32_t index = 0; index < ranges_.size(); ++index) addLayer(index);
    result_.output8 = stream_.narrow;
    result_.output16 = stream_.wide;
    result_.outputStep = stream_.quantization.step;
    return std::move(result_);
  }

 private:
  TensorId add(const std::string& name, ElementType type, uint32_t cols,
               TensorRole role = TensorRole::Intermediate, uint32_t groupCols = 0) {
    return result_.graph.addTensor({name, type, rows_, cols, role, groupCols});
  }

  /// Quantization of the input of layer `index`, which the model may not have.
  Quantization attentionInput(const ChannelRange& range, uint32_t index) const {
    if (index >= model_.layers.size()) return smoothedSymmetric(range, {});
    const FloatLayer& layer = model_.layers[index];
    const std::array consumers = {&layer.query, &layer.key, &layer.value};
    return smoothedSymmetric(range, consumers);
  }

  void addLayer(uint32_t index) {
    const FloatLayer& layer = model_.layers[index];
    const LayerRanges& range = ranges_[index];
    const std::string name = fmt::format("layer{}.", index);
    const bool last = index + 1 == ranges_.size();

    Quantization contextScale;
    const TensorId context = addAttention(name + "attention.", layer, range, contextScale);
    addResidual(name + "attention.residual", layer.attentionOutput, context, contextScale,
                range.attentionResidual);
    const std::array hiddenConsumer = {&layer.ffnInput};
    addNorm(name + "attention.norm", layer.attentionNorm,
            smoothedSymmetric(range.attentionNorm, hiddenConsumer), TensorRole::Intermediate);
    Quantization hiddenScale;
    const TensorId hidden = addHidden(name + "ffn.hidden", layer, range.hidden, hiddenScale);
    addResidual(name + "ffn.residual", layer.ffnOutput, hidden, hiddenScale, range.outputResidual);
    addNorm(name + "output", layer.outputNorm, attentionInput(range.output, index + 1),
            last ? TensorRole::Output : TensorRole::Intermediate);
  }

  /// Query, key or value: symmetric int8, one scale per head.
  TensorId addProjection(const std::string& name, const FloatLinear& source,
                         const Quantization& output) {
    QuantizedLinear linear = quantizeLinearByRange(name, source, stream_.quantization);
    linear.op.input = stream_.narrow;
    linear.op.output = add(name, ElementType::Int8, width_, TensorRole::Intermediate,
                           model_.config.headWidth());
    RequantizeEpilogue epilogue;
    epilogue.zero.assign(width_, 0);
    for (uint32_t c = 0; c < width_; ++c)
      epilogue.scale.push_back(scaleFromReal(linear.step[c] / output.step[c], name));
    linear.op.epilogue = std::move(epilogue);
    const TensorId tensor = linear.op.output;
    result_.graph.operators.emplace_back(std::move(linear.op));
    return tensor;
  }

  TensorId addAttention(const std::string& prefix, const FloatLayer& layer,
                        const LayerRanges& range, Quantization& contextScale) {
    const BertConfig& config = model_.config;
    const uint32_t headWidth = config.headWidth();
    const Quantization query = perGroup(range.query, headWidth);
    const Quantization key = perGroup(range.key, headWidth);
    const Quantization value = perGroup(range.value, headWidth);
    contextScale = perGroup(range.context, headWidth);
    Attention op;
    op.name = prefix + "context";
    op.query = addProjection(prefix + "query", layer.query, query);
    op.key = addProjection(prefix + "key", layer.key, key);
    op.value = addProjection(prefix + "value", layer.value, value);
    op.weights = result_.graph.addTensor({prefix + "weights", ElementType::Uint8,
                                          config.heads * rows_, rows_, TensorRole::Intermediate,
                                          0});
    op.output =
        add(op.name, ElementType::Int8, width_, TensorRole::Intermediate, headWidth);
    op.rows = rows_;
    op.heads = config.heads;
    op.headWidth = headWidth;
    op.mask.high = static_cast<int32_t>(rows_);
    const double octaves = std::numbers::log2e / std::sqrt(headWidth) * 256;
    for (uint32_t h = 0; h < config.heads; ++h) {
      const uint32_t c = h * headWidth;
      op.logit.push_back(scaleFromReal(query.step[c] * key.step[c] * octaves, op.name));
      op.result.push_back(scaleFromReal(value.step[c] / contextScale.step[c], op.name));
    }
    const TensorId output = op.output;
    result_.graph.operators.emplace_back(std::move(op));
    return output;
  }

  /// Linear plus the stream, into the int16 tensor that the next LayerNorm reads.
  void addResidual(const std::string& name, const FloatLinear& source, TensorId input,
                   const Quantization& inputScale, const ChannelRange& range) {
    QuantizedLinear linear = quantizeLinearByRange(name, source, inputScale);
    linear.op.input = input;
    linear.op.output = add(name, ElementType::Int16, width_);
    residualStep_ = residualStep(range);
    ResidualEpilogue epilogue;
    epilogue.identity = stream_.wide;
    for (uint32_t c = 0; c < width_; ++c) {
      epilogue.product.push_back(scaleFromReal(linear.step[c] / residualStep_, name));
      epilogue.skip.push_back(
          scaleFromReal(stream_.quantization.step[c] / 256 / residualStep_, name));
    }
    linear.op.epilogue = std::move(epilogue);
    residual_ = linear.op.output;
    result_.graph.operators.emplace_back(std::move(linear.op));
  }

  /// LayerNorm of the residual; its outputs become the stream.
  void addNorm(const std::string& name, const FloatNorm& source, Quantization output,
               TensorRole role) {
    const NormAffine affine = normAffineFromReal(
        std::vector<double>(source.gamma.begin(), source.gamma.end()),
        std::vector<double>(source.beta.begin(), source.beta.end()), output.step, name);
    LayerNorm op;
    op.name = name;
    op.input = residual_;
    op.output8 = add(name + "8", ElementType::Int8, width_, role);
    op.output16 = add(name + "16", ElementType::Int16, width_, role);
    op.epsilon = normEpsilon(model_.config.epsilon, width_, residualStep_, name);
    op.shift = affine.shift;
    op.gain = affine.gain;
    op.offset = affine.offset;
    stream_ = {op.output8, op.output16, std::move(output)};
    result_.graph.operators.emplace_back(std::move(op));
  }

  TensorId addHidden(const std::string& name, const FloatLayer& layer, const ChannelRange& range,
                     Quantization& output) {
    const std::array consumer = {&layer.ffnOutput};
    output = smoothedAsymmetric(range, consumer);
    QuantizedLinear linear = quantizeLinearByRange(name, layer.ffnInput, stream_.quantization);
    linear.op.input = stream_.narrow;
    linear.op.output = add(name, ElementType::Int8, model_.config.ffn);
    ActivationEpilogue epilogue;
    for (uint32_t c = 0; c < linear.op.cols; ++c) {
      epilogue.input.push_back(scaleFromReal(linear.step[c] * kGeluInput, name));
      epilogue.output.push_back(scaleFromReal(1 / (kGeluOutput * output.step[c]), name));
    }
    epilogue.zero = output.zero;
    linear.op.epilogue = std::move(epilogue);
    const TensorId tensor = linear.op.output;
    result_.graph.operators.emplace_back(std::move(linear.op));
    return tensor;
  }

  const FloatBert& model_;
  std::span<const LayerRanges> ranges_;
  uint32_t rows_;
  uint32_t width_;
  QuantizedBert result_;
  Stream stream_;
  TensorId residual_ = kNoTensor;
  double residualStep_ = 0;
};

}  // namespace

QuantizedBert quantizeBert(const FloatBert& model, std::span<const LayerRanges> ranges,
                           uint32_t rows, const std::string& name) {
  Builder builder(model, ranges, rows, name);
  builder.addInput();
  return builder.build();
}

TensorValues quantizeInput(const QuantizedBert& model, const FloatMatrix& input) {
  TensorValues values(model.graph.tensors.size());
  Tensor wide(ElementType::Int16, input.rows, input.cols);
  Tensor narrow(ElementType::Int8, input.rows, input.cols);
  for (uint32_t r = 0; r < input.rows; ++r) {
    for (uint32_t c = 0; c < input.cols; ++c) {
      wide.at(r, c) = saturate16(std::lround(input.row(r)[c] / model.inputStep[c] * 256));
      narrow.at(r, c) = normTo8(wide.at(r, c));
    }
  }
  values[model.input16] = std::move(wide);
  values[model.input8] = std::move(narrow);
  return values;
}

FloatMatrix dequantizeOutput(const QuantizedBert& model, const TensorValues& values) {
  const Tensor& output = values[model.output16];
  FloatMatrix result(output.rows, output.cols);
  for (uint32_t r = 0; r < output.rows; ++r)
    for (uint32_t c = 0; c < output.cols; ++c)
      result.row(r)[c] = static_cast<float>(output.at(r, c) * model.outputStep[c] / 256);
  return result;
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

}  // namespace intformer
