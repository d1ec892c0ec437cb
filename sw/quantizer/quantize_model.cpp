#include "sw/quantizer/quantize_model.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <type_traits>

#include "sw/files/import_error.hpp"
#include "sw/float/run_float.hpp"
#include "sw/golden/golden.hpp"
#include "sw/graph/lengths.hpp"
#include "sw/numerics/numerics.hpp"
#include "sw/quantizer/embedding_table.hpp"
#include "sw/quantizer/integer_form.hpp"

namespace intformer::quantizer {

using floating::FloatGraph;
using floating::FloatLinear;

namespace {

constexpr double kGeluInput = 1024;    // steps per unit of GELU's argument
constexpr double kGeluOutput = 16384;  // and of its result
/// The largest argument of 16 bits. In a column that reaches farther, as some of trained models do in a
/// few tokens, all arguments are taken narrower and the results wider: n * GELU(x / n) is x for those
/// values, and elsewhere off by 0.17 n at most, which is about a step of such a column's codes.
constexpr double kGeluReach = 32767 / kGeluInput;
constexpr double kWideUnits = 256;     // LSB of a wide tensor per step of its coding

/// Fills in one operator after the other, and runs each on the calibration: what the next ones are
/// fitted to is what the integers really give. All tensors have the calibration's rows meanwhile.
class GraphQuantizer {
 public:
  GraphQuantizer(const FloatGraph& source, const TokenBatch& calibration,
                 const QuantizeOptions& options)
      : source_(source),
        calibration_(calibration),
        options_(options),
        form_(integerForm(source)),
        codings_(source.tensors.size()) {
    for (const auto& sequence : calibration.sequences)
      rows_ += static_cast<uint32_t>(sequence.size());
    for (TensorInfo& tensor : graph().tensors) tensor.rows *= rows_;
  }

  QuantizedModel build(const std::function<void(uint32_t)>& blockDone) {
    const std::vector<std::size_t> last = floating::lastReaders(source_);
    uint32_t blocks = 0;
    std::size_t target = 0;
    for (std::size_t i = 0; i < source_.operators.size(); ++i) {
      floating::runFloatOperator(source_, source_.operators[i], calibration_, reals_);
      std::visit([&]<typename Op>(const Op& op) {
        if constexpr (std::is_same_v<Op, floating::FloatInput>)
          take(op);
        else
          fill(op, graph().operators[target++]);
      }, source_.operators[i]);
      for (TensorId id = 0; id < last.size(); ++id)
        if (last[id] <= i) forget(id);
      if (blocks < source_.blocks.size() && source_.blocks[blocks].end == i + 1) {
        ++blocks;
        if (blockDone) blockDone(blocks);
      }
    }
    for (TensorInfo& tensor : graph().tensors) tensor.rows /= rows_;
    result_.output8 = form_.tensors[source_.output].narrow;
    result_.output16 = form_.tensors[source_.output].wide;
    result_.outputStep = codings_[source_.output].step;
    result_.graph = std::move(graph());
    return std::move(result_);
  }

 private:
  Graph& graph() { return form_.graph; }

  void forget(TensorId id) {
    reals_[id] = floating::FloatMatrix();
    for (const TensorId integer : {form_.tensors[id].narrow, form_.tensors[id].wide})
      if (integer < values_.size()) values_[integer] = Tensor();
  }

  void run(const Operator& op) { golden::runOperator(graph(), op, values_, Family::Pwl); }

  void fill(const floating::FloatEmbedding& source, Operator& target) {
    auto& op = std::get<Embedding>(target);
    result_.tokens = op.token;
    result_.places = op.place;
    TensorValues lists = tokenInputs(graph(), calibration_);
    values_.resize(lists.size());
    for (const TensorId id : {op.token, op.place}) values_[id] = std::move(lists[id]);
    const double step = quantizeEmbedding(source, op);
    setWideStep(source.output, step);
    run(target);
    values_[op.token] = values_[op.place] = Tensor();
  }

  /// What comes with the tokens, as the host codes it.
  void take(const floating::FloatInput& source) {
    result_.frames = form_.tensors[source.output].narrow;
    result_.frameCoding = codings_[source.output] = channelCoding(source.output);
    values_.resize(graph().tensors.size());
    values_[result_.frames] = encode(calibration_.frames, result_.frameCoding);
  }

  /// Of a tensor that is wide alone.
  void setWideStep(TensorId id, double step) {
    codings_[id].step.assign(source_.tensors[id].cols, kWideUnits * step);
    codings_[id].zero.assign(source_.tensors[id].cols, 0);
  }
  [[nodiscard]] double wideStep(TensorId id) const {
    return codings_[id].step.front() / kWideUnits;
  }

  /// Symmetric, a step for every head.
  Coding headCoding(TensorId id) const {
    const floating::FloatTensorInfo& info = source_.tensors[id];
    const uint32_t group = options_.perHead && info.groupCols != 0 ? info.groupCols : info.cols;
    Coding coding;
    for (const Interval range : groupRanges(reals_[id], group, options_.heads))
      coding.step.push_back(std::max(1e-12, range.high) / 127);
    coding.zero.assign(info.cols, 0);
    return coding;
  }

  /// By the weights that read the tensor. Who else reads it knows of steps only. `zeroPoints`: whether
  /// who makes it can add them.
  Coding channelCoding(TensorId id, bool zeroPoints = true) const {
    const std::vector<const floating::AffineMap*> readers = floating::mapsThatRead(source_, id);
    CodingOptions options = options_.activations;
    if (readers.empty() || !zeroPoints) options.zeroPoints = false;
    return chooseCoding(reals_[id], readers, options);
  }

  void fill(const FloatLinear& source, Operator& target) {
    auto& op = std::get<Linear>(target);
    const auto* residual = std::get_if<floating::FloatResidual>(&source.epilogue);
    std::vector<double> zeros;  // what is added has its own zero points, in reals
    if (residual == nullptr) zeros = centre(source.output);
    if (residual != nullptr) {
      const Coding& added = codings_[residual->identity];
      for (uint32_t c = 0; c < op.cols; ++c) zeros.push_back(-added.zero[c] * added.step[c]);
    }
    const Coding& coding = codings_[source.input];
    const floating::Matrix integers = codes(values_[op.input], coding);
    const std::vector<double> step = quantizeLinear(
        source.map, zeros, {coding, integers, reals_[source.input]}, options_.weights, op);
    if (residual != nullptr)
      fillSum(source, *residual, step, op);
    else if (std::holds_alternative<floating::FloatActivation>(source.epilogue))
      fillActivation(source, step, op);
    else
      fillPlain(source, step, op);
    run(target);
  }

  /// What the columns of an attention's keys are moved by, here and in float32's values; empty: nothing.
  /// A constant in a column of keys adds the same to all logits of a query, which softmax does not see,
  /// but takes a part of the codes and of the logits' 16 bits. Heads are centred whose codes become
  /// finer by a bit at least: in trained vision transformers some keys are constants for the most part.
  std::vector<double> centre(TensorId id) {
    constexpr double kWorth = 0.5;
    const floating::FloatTensorInfo& info = source_.tensors[id];
    if (!isKeyAlone(id)) return {};
    std::vector<double> shift(info.cols, 0);
    const std::vector<Interval> ranges = channelRanges(reals_[id], {});
    for (uint32_t first = 0; first < info.cols; first += info.groupCols) {
      double now = 0, centred = 0;
      for (uint32_t c = first; c < first + info.groupCols; ++c) {
        now = std::max({now, -ranges[c].low, ranges[c].high});
        centred = std::max(centred, (ranges[c].high - ranges[c].low) / 2);
      }
      if (!(centred < kWorth * now)) continue;
      for (uint32_t c = first; c < first + info.groupCols; ++c)
        shift[c] = -(ranges[c].high + ranges[c].low) / 2;
    }
    if (std::ranges::all_of(shift, [](double by) { return by == 0; })) return {};
    for (uint32_t r = 0; r < reals_[id].rows; ++r)
      for (uint32_t c = 0; c < info.cols; ++c)
        reals_[id].row(r)[c] += static_cast<float>(shift[c]);
    return shift;
  }

  /// Whether attention reads the tensor as its keys, and nobody else does.
  [[nodiscard]] bool isKeyAlone(TensorId id) const {
    if (source_.tensors[id].groupCols == 0 || id == source_.output) return false;
    std::size_t readings = 0, asKeys = 0;
    for (const floating::FloatOperator& op : source_.operators) {
      readings += static_cast<std::size_t>(std::ranges::count(floating::inputsOf(op), id));
      const auto* attention = std::get_if<floating::FloatAttention>(&op);
      if (attention != nullptr && attention->key == id) ++asKeys;
    }
    return asKeys != 0 && readings == asKeys;
  }

  void fillPlain(const FloatLinear& source, const std::vector<double>& step, Linear& op) {
    const Coding& output = codings_[source.output] = headCoding(source.output);
    auto& epilogue = std::get<RequantizeEpilogue>(op.epilogue);
    for (uint32_t c = 0; c < op.cols; ++c)
      epilogue.scale[c] = scaleFromReal(step[c] / output.step[c], op.name);
  }

  void fillActivation(const FloatLinear& source, const std::vector<double>& step, Linear& op) {
    Coding& output = codings_[source.output] = channelCoding(source.output);
    for (int32_t& zero : output.zero) zero = std::clamp(zero, -128, 127);
    auto& epilogue = std::get<ActivationEpilogue>(op.epilogue);
    const Eigen::RowVectorXf peaks = floating::view(reals_[source.output]).colwise().maxCoeff();
    for (uint32_t c = 0; c < op.cols; ++c) {
      const double narrow = std::max(1.0, peaks[c] / kGeluReach);
      epilogue.input[c] = scaleFromReal(step[c] * kGeluInput / narrow, op.name);
      epilogue.output[c] = scaleFromReal(narrow / (kGeluOutput * output.step[c]), op.name);
      epilogue.zero[c] = static_cast<int8_t>(output.zero[c]);
    }
  }

  void fillSum(const FloatLinear& source, const floating::FloatResidual& residual,
               const std::vector<double>& step, Linear& op) {
    const float peak = floating::view(reals_[source.output]).cwiseAbs().maxCoeff();
    const double sumStep = 2 * std::max(1e-6F, peak) / 32767;
    setWideStep(source.output, sumStep);
    auto& epilogue = std::get<ResidualEpilogue>(op.epilogue);
    const IntegerTensors& added = form_.tensors[residual.identity];
    if (!options_.wideResidual && added.narrow != kNoTensor) epilogue.identity = added.narrow;
    const double units = epilogue.identity == added.wide ? kWideUnits : 1;
    for (uint32_t c = 0; c < op.cols; ++c) {
      epilogue.product[c] = scaleFromReal(step[c] / sumStep, op.name);
      epilogue.skip[c] =
          scaleFromReal(codings_[residual.identity].step[c] / units / sumStep, op.name);
    }
  }

  void fill(const floating::FloatAttention& source, Operator& target) {
    auto& op = std::get<Attention>(target);
    const Coding& output = codings_[source.output] = headCoding(source.output);
    op.dither = options_.dither;
    const double octaves = std::numbers::log2e / std::sqrt(op.headWidth) * 256;
    for (uint32_t h = 0; h < op.heads; ++h) {
      const uint32_t c = h * op.headWidth;
      op.logit[h] = scaleFromReal(
          codings_[source.query].step[c] * codings_[source.key].step[c] * octaves, op.name);
      op.result[h] = scaleFromReal(codings_[source.value].step[c] / output.step[c], op.name);
    }
    runSequences(source, op);
  }

  /// The attention on every sequence of the calibration, one behind the other.
  void runSequences(const floating::FloatAttention& source, const Attention& op) {
    const TensorInfo one = graph().tensors[op.weights];
    Attention sequence = op;
    uint32_t first = 0;
    for (const auto& tokens : calibration_.sequences) {
      const auto rows = static_cast<uint32_t>(tokens.size());
      Traits<Attention>::setSequence(sequence, op.weights, &graph().tensors[op.weights], first,
                                     rows);
      sequence.segments.front().mask = source.reach.mask(rows);
      run(sequence);
      first += rows;
      values_[op.weights] = Tensor();
    }
    graph().tensors[op.weights] = one;
  }

  void fill(const floating::FloatLayerNorm& source, Operator& target) {
    auto& op = std::get<LayerNorm>(target);
    const Coding& coding = codings_[source.output] =
        channelCoding(source.output, !source.rootMeanSquare);
    std::vector<double> offset;
    for (std::size_t c = 0; c < op.gain.size(); ++c)
      offset.push_back(source.offset(c) + coding.zero[c] * coding.step[c]);
    NormAffine affine =
        normAffineFromReal(std::vector<double>(source.gamma.begin(), source.gamma.end()), offset,
                           coding.step, op.name);
    op.epsilon = normEpsilon(source.epsilon, static_cast<uint32_t>(op.gain.size()),
                             wideStep(source.input), op.name);
    op.shift = affine.shift;
    op.gain = std::move(affine.gain);
    op.offset = std::move(affine.offset);
    run(target);
  }

  const FloatGraph& source_;
  const TokenBatch& calibration_;
  const QuantizeOptions& options_;
  IntegerForm form_;
  uint32_t rows_ = 0;
  QuantizedModel result_;
  floating::FloatValues reals_;  ///< by the float graph's tensors, on the calibration
  TensorValues values_;          ///< the same in integers, by the integer graph's
  std::vector<Coding> codings_;  ///< of narrow tensors; a wide one has kWideUnits LSB per step
};

}  // namespace

QuantizedModel quantizeModel(const FloatGraph& graph, const TokenBatch& calibration,
                             const QuantizeOptions& options,
                             const std::function<void(uint32_t)>& blockDone) {
  if (calibration.sequences.empty())
    throw files::ImportError("calibration: needs at least one sentence");
  return GraphQuantizer(graph, calibration, options).build(blockDone);
}

}  // namespace intformer::quantizer
