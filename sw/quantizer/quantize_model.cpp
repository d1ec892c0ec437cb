#include "sw/quantizer/quantize_model.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <numbers>

#include "sw/golden/golden.hpp"
#include "sw/numerics/numerics.hpp"
#include "sw/quantizer/embedding_table.hpp"

namespace intformer {
namespace {

constexpr double kGeluInput = 1024;    // steps per unit of GELU's argument
constexpr double kGeluOutput = 16384;  // and of its result

/// An int8 tensor of the calibration: the integers' graph and values, and float32's values.
struct Traced {
  TensorId id = kNoTensor;
  Coding coding;
  const FloatMatrix* values = nullptr;
};

/// Adds one operator after the other, and runs each on the calibration: what the next ones are fitted
/// to is what the integers really give. All tensors have the calibration's rows until the end.
class ModelQuantizer {
 public:
  ModelQuantizer(const FloatBert& model, const TokenBatch& calibration,
                 const QuantizeOptions& options)
      : model_(model), options_(options), width_(model.config.width) {
    for (const auto& tokens : calibration.sequences) {
      lengths_.push_back(static_cast<uint32_t>(tokens.size()));
      rows_ += lengths_.back();
    }
    stream_ = embed(model, calibration);
    result_.graph.name = "bert";
    addEmbedding(calibration);
  }

  QuantizedBert build(const std::function<void(uint32_t)>& layerDone) {
    for (uint32_t index = 0; index < model_.layers.size(); ++index) {
      addLayer(index);
      if (layerDone) layerDone(index + 1);
    }
    result_.output8 = narrow_.id;
    result_.output16 = wide_;
    result_.outputStep = narrow_.coding.step;
    for (TensorInfo& tensor : result_.graph.tensors) tensor.rows /= rows_;
    for (const TensorId id : weights_) {
      result_.graph.tensors[id].rows = model_.config.heads;
      result_.graph.tensors[id].cols = 1;
    }
    return std::move(result_);
  }

 private:
  TensorId add(const std::string& name, ElementType type, uint32_t cols,
               TensorRole role = TensorRole::Intermediate, uint32_t groupCols = 0) {
    values_.emplace_back();
    return result_.graph.addTensor({name, type, rows_, cols, role, groupCols});
  }

  void finish(Operator op) {
    runOperator(result_.graph, op, values_, Family::Pwl);
    result_.graph.operators.push_back(std::move(op));
  }

  void addEmbedding(const TokenBatch& calibration) {
    QuantizedEmbedding embedding = quantizeEmbedding("embedding.sum", model_);
    Embedding& op = embedding.op;
    result_.tokens = op.token = add("tokens", ElementType::Index, 2, TensorRole::Input);
    result_.places = op.place = add("places", ElementType::Index, 2, TensorRole::Input);
    values_[op.token] = values_[op.place] = Tensor(ElementType::Index, rows_, 2);
    uint32_t row = 0;
    for (std::size_t i = 0; i < calibration.sequences.size(); ++i)
      for (uint32_t position = 0; position < calibration.sequences[i].size(); ++position, ++row) {
        values_[op.token].setIndex(row, calibration.sequences[i][position]);
        values_[op.place].setIndex(row, position + calibration.segment(i, position) * op.positions);
      }
    residual_ = op.output = add(op.name, ElementType::Int16, width_);
    residualStep_ = embedding.step;
    finish(std::move(op));
    addNorm("embedding.output", model_.embeddingNorm, stream_, attentionConsumers(0),
            TensorRole::Intermediate);
  }

  /// What reads the input of layer `index`, which the model may not have.
  [[nodiscard]] std::vector<const FloatLinear*> attentionConsumers(std::size_t index) const {
    if (index >= model_.layers.size()) return {};
    const FloatLayer& layer = model_.layers[index];
    return {&layer.query, &layer.key, &layer.value};
  }

  void addLayer(uint32_t index) {
    const FloatLayer& layer = model_.layers[index];
    const std::string name = fmt::format("layer{}.", index);
    const bool last = index + 1 == model_.layers.size();
    LayerActivations at = runFloatLayer(model_.config, layer, stream_, lengths_);

    const Traced context = addAttention(name + "attention.", layer, at);
    addResidual(name + "attention.residual", layer.attentionOutput, context, at.attentionResidual);
    addNorm(name + "attention.norm", layer.attentionNorm, at.attentionNorm, {&layer.ffnInput},
            TensorRole::Intermediate);
    const Traced hidden = addHidden(name + "ffn.hidden", layer, at);
    addResidual(name + "ffn.residual", layer.ffnOutput, hidden, at.outputResidual);
    stream_ = std::move(at.output);
    addNorm(name + "output", layer.outputNorm, stream_, attentionConsumers(index + 1),
            last ? TensorRole::Output : TensorRole::Intermediate);
    for (Tensor& value : values_)
      if (&value != &values_[narrow_.id] && &value != &values_[wide_]) value = Tensor();
  }

  LinearCodes linear(const std::string& name, const FloatLinear& source, const Traced& input,
                     std::span<const double> extra = {}) {
    const Matrix integers = codes(values_[input.id], input.coding);
    LinearCodes result =
        quantizeLinear(name, source, extra, {input.coding, integers, *input.values},
                       options_.weights);
    result.op.input = input.id;
    return result;
  }

  Coding headCoding(const FloatMatrix& values) const {
    const uint32_t group = options_.perHead ? model_.config.headWidth() : width_;
    Coding coding;
    for (const Interval range : groupRanges(values, group, options_.heads))
      coding.step.push_back(std::max(1e-12, range.high) / 127);
    coding.zero.assign(width_, 0);
    return coding;
  }

  /// Query, key or value: symmetric int8.
  TensorId addProjection(const std::string& name, const FloatLinear& source,
                         const Coding& output) {
    LinearCodes codes = linear(name, source, narrow_);
    RequantizeEpilogue epilogue;
    epilogue.zero.assign(width_, 0);
    for (uint32_t c = 0; c < width_; ++c)
      epilogue.scale.push_back(scaleFromReal(codes.step[c] / output.step[c], name));
    codes.op.epilogue = std::move(epilogue);
    const TensorId id = codes.op.output = add(name, ElementType::Int8, width_,
                                              TensorRole::Intermediate, model_.config.headWidth());
    finish(std::move(codes.op));
    return id;
  }

  Traced addAttention(const std::string& prefix, const FloatLayer& layer,
                      const LayerActivations& at) {
    const BertConfig& config = model_.config;
    const uint32_t headWidth = config.headWidth();
    const Coding query = headCoding(at.query);
    const Coding key = headCoding(at.key);
    const Coding value = headCoding(at.value);
    Traced context{kNoTensor, headCoding(at.context), &at.context};
    Attention op;
    op.name = prefix + "context";
    op.query = addProjection(prefix + "query", layer.query, query);
    op.key = addProjection(prefix + "key", layer.key, key);
    op.value = addProjection(prefix + "value", layer.value, value);
    op.weights = add(prefix + "weights", ElementType::Uint8, 1);
    weights_.push_back(op.weights);
    op.output = context.id =
        add(op.name, ElementType::Int8, width_, TensorRole::Intermediate, headWidth);
    op.heads = config.heads;
    op.headWidth = headWidth;
    op.dither = options_.dither;
    const double octaves = std::numbers::log2e / std::sqrt(headWidth) * 256;
    for (uint32_t h = 0; h < config.heads; ++h) {
      const uint32_t c = h * headWidth;
      op.logit.push_back(scaleFromReal(query.step[c] * key.step[c] * octaves, op.name));
      op.result.push_back(scaleFromReal(value.step[c] / context.coding.step[c], op.name));
    }
    runSequences(op);
    result_.graph.operators.emplace_back(std::move(op));
    return context;
  }

  /// The attention on every sentence; then it is one for a sequence of one token.
  void runSequences(Attention& op) {
    TensorInfo& weights = result_.graph.tensors[op.weights];
    for (const uint32_t length : lengths_) {
      op.rows = length;
      op.mask.high = static_cast<int32_t>(length);
      weights.rows = op.heads * length;
      weights.cols = length;
      values_[op.weights] = Tensor();
      runOperator(result_.graph, op, values_, Family::Pwl);
      op.firstRow += length;
    }
    op.firstRow = 0;
    op.rows = 1;
    op.mask.high = 1;
  }

  /// Linear plus the stream, into the int16 tensor that the next LayerNorm reads.
  void addResidual(const std::string& name, const FloatLinear& source, const Traced& input,
                   const FloatMatrix& sum) {
    std::vector<double> zeros;  // the stream's, in reals
    for (uint32_t c = 0; c < width_; ++c)
      zeros.push_back(-narrow_.coding.zero[c] * narrow_.coding.step[c]);
    LinearCodes codes = linear(name, source, input, zeros);
    codes.op.output = add(name, ElementType::Int16, width_);
    residualStep_ = 2 * std::max(1e-6F, view(sum).cwiseAbs().maxCoeff()) / 32767;
    const double units = options_.wideResidual ? 256 : 1;
    ResidualEpilogue epilogue;
    epilogue.identity = options_.wideResidual ? wide_ : narrow_.id;
    for (uint32_t c = 0; c < width_; ++c) {
      epilogue.product.push_back(scaleFromReal(codes.step[c] / residualStep_, name));
      epilogue.skip.push_back(
          scaleFromReal(narrow_.coding.step[c] / units / residualStep_, name));
    }
    codes.op.epilogue = std::move(epilogue);
    residual_ = codes.op.output;
    finish(std::move(codes.op));
  }

  /// LayerNorm of the residual; its outputs become the stream.
  void addNorm(const std::string& name, const FloatNorm& source, const FloatMatrix& values,
               const std::vector<const FloatLinear*>& consumers, TensorRole role) {
    CodingOptions options = options_.activations;
    if (consumers.empty()) options.zeroPoints = false;  // who reads the result knows of steps only
    narrow_.coding = chooseCoding(values, consumers, options);
    narrow_.values = &values;
    const Coding& coding = narrow_.coding;
    std::vector<double> offset;
    for (uint32_t c = 0; c < width_; ++c)
      offset.push_back(source.beta[c] + coding.zero[c] * coding.step[c]);
    NormAffine affine = normAffineFromReal(
        std::vector<double>(source.gamma.begin(), source.gamma.end()), offset, coding.step, name);
    LayerNorm op;
    op.name = name;
    op.input = residual_;
    op.output8 = narrow_.id = add(name + "8", ElementType::Int8, width_, role);
    op.output16 = wide_ = add(name + "16", ElementType::Int16, width_, role);
    op.epsilon = normEpsilon(model_.config.epsilon, width_, residualStep_, name);
    op.shift = affine.shift;
    op.gain = std::move(affine.gain);
    op.offset = std::move(affine.offset);
    finish(std::move(op));
  }

  Traced addHidden(const std::string& name, const FloatLayer& layer, const LayerActivations& at) {
    const std::array consumer = {&layer.ffnOutput};
    Traced hidden{kNoTensor, chooseCoding(at.hidden, consumer, options_.activations),
                  &at.hidden};
    for (int32_t& zero : hidden.coding.zero) zero = std::clamp(zero, -128, 127);
    LinearCodes codes = linear(name, layer.ffnInput, narrow_);
    codes.op.output = hidden.id = add(name, ElementType::Int8, model_.config.ffn);
    ActivationEpilogue epilogue;
    for (uint32_t c = 0; c < codes.op.cols; ++c) {
      epilogue.input.push_back(scaleFromReal(codes.step[c] * kGeluInput, name));
      epilogue.output.push_back(scaleFromReal(1 / (kGeluOutput * hidden.coding.step[c]), name));
      epilogue.zero.push_back(static_cast<int8_t>(hidden.coding.zero[c]));
    }
    codes.op.epilogue = std::move(epilogue);
    finish(std::move(codes.op));
    return hidden;
  }

  const FloatBert& model_;
  const QuantizeOptions& options_;
  uint32_t width_;
  std::vector<uint32_t> lengths_;  ///< tokens of every sentence of the calibration
  uint32_t rows_ = 0;
  QuantizedBert result_;
  TensorValues values_;        ///< the integers on the calibration
  FloatMatrix stream_;         ///< float32's input of the layer at hand
  Traced narrow_;              ///< the same in 8 bits
  TensorId wide_ = kNoTensor;  ///< and in 16
  TensorId residual_ = kNoTensor;
  double residualStep_ = 0;
  std::vector<TensorId> weights_;  ///< of the attentions
};

}  // namespace

QuantizedBert quantizeModel(const FloatBert& model, const TokenBatch& calibration,
                            const QuantizeOptions& options,
                            const std::function<void(uint32_t done)>& layerDone) {
  if (calibration.sequences.empty()) throw ImportError("calibration: needs at least one sentence");
  return ModelQuantizer(model, calibration, options).build(layerDone);
}

}  // namespace intformer
