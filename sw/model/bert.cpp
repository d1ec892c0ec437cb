#include "sw/model/bert.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <stdexcept>

#include <fmt/core.h>

#include "sw/golden/gemm.hpp"
#include "sw/golden/golden.hpp"
#include "sw/model/random.hpp"
#include "sw/numerics/numerics.hpp"

namespace intformer {
namespace {

constexpr double kSmoothing = 0.65;  ///< exponent of the per-channel smoothing factors

/// Activations in two widths. step[c] is the real value of one LSB of the int8 tensor, 256 of the
/// int16 one.
struct Stream {
  TensorId narrow = kNoTensor;
  TensorId wide = kNoTensor;
  std::vector<double> step;
};

double rootMeanSquare(const std::vector<int32_t>& values) {
  double sum = 0;
  for (const int32_t v : values) sum += static_cast<double>(v) * v;
  return std::max(1.0, std::sqrt(sum / static_cast<double>(values.size())));
}

/// Per-channel steps for channels whose largest magnitudes are `peaks`, so that `codes` steps reach
/// the peak in every channel, and a channel that is larger by r has a step larger by r^0.65.
std::vector<double> smoothedSteps(const std::vector<double>& peaks, double codes) {
  std::vector<double> steps;
  double common = 0;
  for (const double peak : peaks) {
    const double bounded = std::max(peak, 1e-3);
    steps.push_back(std::pow(bounded, kSmoothing));
    common = std::max(common, bounded / steps.back() / codes);
  }
  for (double& step : steps) step *= common;
  return steps;
}

class EncoderBuilder {
 public:
  EncoderBuilder(const ModelSpec& spec, const std::vector<uint32_t>& lengths, uint64_t seed,
                 EncoderInput from)
      : spec_(spec),
        lengths_(lengths),
        seq_(std::accumulate(lengths.begin(), lengths.end(), 0U)),
        random_(seed ^ 0x77656967687473) {
    graph_.name = spec.name;
    gain_.assign(spec.width, 1.0);
    for (uint32_t i = 0; i < std::max(1U, spec.width / 128); ++i)
      gain_[random_.below(spec.width)] = 4 + 4 * random_.uniform();
    if (from == EncoderInput::Tokens) {
      addEmbedding(seed);
      return;
    }
    Stream input;
    input.narrow = graph_.addTensor({"input8", ElementType::Int8, seq_, spec.width,
                                     TensorRole::Input, 0});
    input.wide = graph_.addTensor({"input16", ElementType::Int16, seq_, spec.width,
                                   TensorRole::Input, 0});
    for (uint32_t c = 0; c < spec.width; ++c) input.step.push_back(0.03 * spread(0.2) * gain_[c]);
    values_ = seededInputs(graph_, seed);
    stream_ = std::move(input);
  }

  /// Tables of tokens, and of positions and segments; their sum and its LayerNorm.
  void addEmbedding(uint64_t seed) {
    Embedding op;
    op.name = "embedding.sum";
    for (const auto& [id, name] : {std::pair{&op.token, "tokens"}, std::pair{&op.place, "places"}})
      *id = graph_.addTensor({name, ElementType::Index, seq_, 2, TensorRole::Input, 0});
    op.cols = spec_.width;
    op.vocabulary = spec_.vocabulary;
    op.positions = spec_.positions;
    op.placeCount = spec_.positions * spec_.types;
    op.tokens.resize(std::size_t{op.vocabulary} * op.cols);
    for (std::size_t i = 0; i < op.tokens.size();) {  // bell-shaped, 14 bits, four per number
      const uint64_t v = random_.next();
      for (uint32_t part = 0; part < 4 && i < op.tokens.size(); ++part)
        op.tokens[i++] = static_cast<int16_t>(
            static_cast<int>((v >> 16 * part & 0xff) + (v >> (16 * part + 8) & 0xff)) * 32 - 8160);
    }
    op.places.resize(std::size_t{op.placeCount} * op.cols);
    for (int16_t& value : op.places) value = static_cast<int16_t>(random_.normal() * 9000);
    std::vector<double> token(op.cols), place(op.cols);  // real value of one unit
    double peak = 0;
    for (uint32_t c = 0; c < op.cols; ++c) {
      token[c] = 0.1 / 8192 * spread(0.2) * gain_[c];
      place[c] = 0.05 / 32768 * spread(0.2) * gain_[c];
      peak = std::max(peak, 8192 * token[c] + 32768 * place[c]);
    }
    const double step = peak / 32767;
    for (uint32_t c = 0; c < op.cols; ++c) {
      op.tokenScale.push_back(scaleFromReal(token[c] / step, op.name));
      op.placeScale.push_back(scaleFromReal(place[c] / step, op.name));
    }
    graph_.operators.emplace_back(op);
    values_ = seededInputs(graph_, seed);
    op.output = stream_.wide = addTensor(op.name, ElementType::Int16, spec_.width);
    graph_.operators.clear();
    finish(std::move(op));
    addNorm("embedding.output", "embedding.output", step, TensorRole::Intermediate);
  }

  void addLayer(uint32_t number, bool last) {
    const std::string layer = fmt::format("layer{}.", number);
    const std::string attention = layer + "attention.";
    const TensorId context = addAttention(attention);
    const double step1 =
        addResidual(attention + "residual", context, spec_.width, std::vector<int8_t>());
    addNorm(attention + "norm", attention + "norm", step1, TensorRole::Intermediate);
    std::vector<int8_t> zero;
    const TensorId hidden = addHidden(layer + "ffn.hidden", zero);
    const double step2 = addResidual(layer + "ffn.residual", hidden, spec_.ffn, zero);
    addNorm(layer + "output", layer + "output", step2,
            last ? TensorRole::Output : TensorRole::Intermediate);
    for (Tensor& value : values_)  // calibration needs the stream alone
      if (&value != &values_[stream_.narrow] && &value != &values_[stream_.wide]) value = Tensor();
  }

  Graph take() { return std::move(graph_); }

 private:
  double spread(double sigma) { return std::exp(sigma * random_.normal()); }

  TensorId addTensor(const std::string& name, ElementType type, uint32_t cols,
                     TensorRole role = TensorRole::Intermediate, uint32_t groupCols = 0) {
    values_.emplace_back();
    return graph_.addTensor({name, type, seq_, cols, role, groupCols});
  }

  /// Bell-shaped int8 weights of deviation 32, one of them 127 in every output channel as
  /// per-channel quantization leaves it; bias absorbs the input's zero points.
  Linear drawLinear(const std::string& name, TensorId input, TensorId output, uint32_t depth,
                    uint32_t cols, const std::vector<int8_t>& inputZero) {
    Linear op;
    op.name = name;
    op.input = input;
    op.output = output;
    op.depth = depth;
    op.cols = cols;
    op.weights.resize(std::size_t{depth} * cols);
    for (std::size_t i = 0; i < op.weights.size(); i += 2) {
      const uint64_t v = random_.next();
      const uint64_t pairs = (v & 0x00ff00ff00ff00ff) + (v >> 8 & 0x00ff00ff00ff00ff);
      const auto weight = [](uint64_t twoPairs) {
        const auto sum = static_cast<int>((twoPairs & 0xffff) + (twoPairs >> 16 & 0xffff));
        return static_cast<int8_t>((sum - 510) * 111 >> 9);
      };
      op.weights[i] = weight(pairs);
      if (i + 1 < op.weights.size()) op.weights[i + 1] = weight(pairs >> 32);
    }
    for (uint32_t c = 0; c < cols; ++c)
      op.weights[std::size_t{random_.below(depth)} * cols + c] =
          random_.next() % 2 == 0 ? int8_t{127} : int8_t{-127};
    op.bias.assign(cols, 0);
    for (uint32_t k = 0; k < inputZero.size(); ++k)
      for (uint32_t c = 0; c < cols; ++c)
        op.bias[c] -= inputZero[k] * op.weights[std::size_t{k} * cols + c];
    return op;
  }

  /// Adds a random bias of `mean` and `deviation` times the sums' own size, to the operator and to
  /// its sums; returns that size.
  double addBias(Linear& op, std::vector<int32_t>& sums, double mean, double deviation) {
    const double size = rootMeanSquare(sums);
    for (uint32_t c = 0; c < op.cols; ++c) {
      const auto bias =
          static_cast<int32_t>(std::lround((mean + deviation * random_.normal()) * size));
      op.bias[c] += bias;
      for (uint32_t r = 0; r < seq_; ++r) sums[std::size_t{r} * op.cols + c] += bias;
    }
    return size;
  }

  void finish(Operator op) {
    runOperator(graph_, op, values_, Family::Pwl);
    graph_.operators.push_back(std::move(op));
  }

  /// Query, key or value: symmetric int8, one real scale per head.
  TensorId addProjection(const std::string& name) {
    const uint32_t headWidth = spec_.width / spec_.heads;
    const TensorId output =
        addTensor(name, ElementType::Int8, spec_.width, TensorRole::Intermediate, headWidth);
    Linear op = drawLinear(name, stream_.narrow, output, spec_.width, spec_.width, {});
    std::vector<int32_t> sums = linearSums(graph_, op, values_);
    addBias(op, sums, 0, 0.2);
    RequantizeEpilogue epilogue;
    epilogue.zero.assign(op.cols, 0);
    for (uint32_t head = 0; head < spec_.heads; ++head) {
      std::vector<double> channel(headWidth);
      double peak = 1;
      for (uint32_t c = 0; c < headWidth; ++c) {
        channel[c] = spread(0.25);
        for (uint32_t r = 0; r < seq_; ++r) {
          const int32_t sum = sums[std::size_t{r} * op.cols + head * headWidth + c];
          peak = std::max(peak, std::abs(sum * channel[c]));
        }
      }
      for (const double c : channel) epilogue.scale.push_back(scaleFromReal(127 / peak * c, name));
    }
    op.epilogue = std::move(epilogue);
    finish(std::move(op));
    return output;
  }

  /// M_t of a head such that its logits, of the sequence that op works on, have a deviation of 1 to
  /// 3 nats.
  Scale logitScale(const Attention& op, uint32_t head) {
    std::vector<int32_t> sums(std::size_t{op.rows} * op.rows);
    const auto operand = [&](TensorId id) {
      return GemmOperand{&values_[id].data[std::size_t{op.firstRow} * values_[id].cols +
                                           std::size_t{head} * op.headWidth],
                         values_[id].cols};
    };
    gemm(operand(op.query), operand(op.key), op.rows, op.rows, op.headWidth, sums.data(), op.rows);
    const double nats = 1 + 2 * random_.uniform();
    return scaleFromReal(nats * std::numbers::log2e * 256 / rootMeanSquare(sums), op.name);
  }

  /// One operator per sequence, all with the same scales.
  TensorId addAttention(const std::string& prefix) {
    Attention shared;
    shared.query = addProjection(prefix + "query");
    shared.key = addProjection(prefix + "key");
    shared.value = addProjection(prefix + "value");
    shared.heads = spec_.heads;
    shared.headWidth = spec_.width / spec_.heads;
    shared.result.assign(spec_.heads, kIdentityScale);
    shared.dither = spec_.dither;
    std::vector<Attention> sequences(lengths_.size(), shared);
    for (std::size_t i = 0, row = 0; i < sequences.size(); row += lengths_[i++]) {
      const std::string number = sequences.size() > 1 ? fmt::format(".{}", i) : std::string();
      Attention& op = sequences[i];
      op.name = fmt::format("{}context{}", prefix, number);
      op.firstRow = static_cast<uint32_t>(row);
      op.rows = lengths_[i];
      op.mask.high = static_cast<int32_t>(std::min(spec_.validTokens.value_or(op.rows), op.rows));
      values_.emplace_back();
      op.weights = graph_.addTensor({fmt::format("{}weights{}", prefix, number), ElementType::Uint8,
                                     spec_.heads * op.rows, op.rows, TensorRole::Intermediate, 0});
    }
    const TensorId output = addTensor(prefix + "context", ElementType::Int8, spec_.width,
                                      TensorRole::Intermediate, shared.headWidth);
    std::vector<Scale> logit;
    for (uint32_t head = 0; head < spec_.heads; ++head)
      logit.push_back(logitScale(sequences.front(), head));
    for (Attention& op : sequences) {
      op.output = output;
      op.logit = logit;
      runOperator(graph_, op, values_, Family::Pwl);  // a trial: results in the value's LSBs
    }
    for (uint32_t head = 0; head < spec_.heads; ++head) {
      int peak = 0;
      for (uint32_t r = 0; r < seq_; ++r)
        for (uint32_t c = 0; c < shared.headWidth; ++c)
          peak = std::max<int>(peak, std::abs(values_[output].at(r, head * shared.headWidth + c)));
      for (Attention& op : sequences)
        op.result[head] = scaleFromReal(127 / (peak + 0.5), op.name);
    }
    for (Attention& op : sequences) finish(std::move(op));
    return output;
  }

  /// Linear and residual sum; the stream's int16 tensor is the identity and gets replaced by the
  /// result. Returns the real value of one LSB of the result.
  double addResidual(const std::string& name, TensorId input, uint32_t depth,
                     const std::vector<int8_t>& inputZero) {
    const TensorId output = addTensor(name, ElementType::Int16, spec_.width);
    Linear op = drawLinear(name, input, output, depth, spec_.width, inputZero);
    std::vector<int32_t> sums = linearSums(graph_, op, values_);
    const double size = addBias(op, sums, 0, 0.1);
    const Tensor& identity = values_[stream_.wide];
    double typical = 0;  // mean magnitude of the identity
    for (uint32_t r = 0; r < seq_; ++r)
      for (uint32_t c = 0; c < spec_.width; ++c)
        typical += std::abs(identity.at(r, c) * stream_.step[c] / 256);
    typical /= static_cast<double>(identity.data.size());
    std::vector<double> branch(spec_.width);  // real value of one unit of the sum
    double peak = 0;
    for (uint32_t c = 0; c < spec_.width; ++c) {
      branch[c] = 0.7 * typical * spread(0.3) / size;
      for (uint32_t r = 0; r < seq_; ++r)
        peak = std::max(peak, std::abs(sums[std::size_t{r} * spec_.width + c] * branch[c] +
                                       identity.at(r, c) * stream_.step[c] / 256));
    }
    const double step = std::max(peak, 1e-3) * 1.05 / 32767;
    ResidualEpilogue epilogue;
    epilogue.identity = stream_.wide;
    for (uint32_t c = 0; c < spec_.width; ++c) {
      epilogue.product.push_back(scaleFromReal(branch[c] / step, name));
      epilogue.skip.push_back(scaleFromReal(stream_.step[c] / 256 / step, name));
    }
    op.epilogue = std::move(epilogue);
    finish(std::move(op));
    stream_.wide = output;
    return step;
  }

  /// LayerNorm of the residual that the stream holds, to "<tensor>8" and "<tensor>16".
  void addNorm(const std::string& name, const std::string& tensor, double inputStep,
               TensorRole role) {
    LayerNorm op;
    op.name = name;
    op.input = stream_.wide;
    op.epsilon = normEpsilon(spec_.epsilon, spec_.width, inputStep, name);
    std::vector<double> gamma(spec_.width), beta(spec_.width), peak(spec_.width);
    for (uint32_t c = 0; c < spec_.width; ++c) {
      gamma[c] = spread(0.2) * gain_[c];
      beta[c] = 0.2 * random_.normal();
    }
    const Tensor& in = values_[op.input];
    for (uint32_t r = 0; r < seq_; ++r) {
      double mean = 0, square = 0;
      for (uint32_t c = 0; c < spec_.width; ++c) mean += in.at(r, c);
      mean /= spec_.width;
      for (uint32_t c = 0; c < spec_.width; ++c) square += std::pow(in.at(r, c) - mean, 2);
      const double deviation = std::sqrt(square / spec_.width) + 1e-9;
      for (uint32_t c = 0; c < spec_.width; ++c)
        peak[c] = std::max(peak[c],
                           std::abs((in.at(r, c) - mean) / deviation * gamma[c] + beta[c]));
    }
    Stream out;
    out.step = smoothedSteps(peak, 127);
    const NormAffine affine = normAffineFromReal(gamma, beta, out.step, name);
    op.shift = affine.shift;
    op.gain = affine.gain;
    op.offset = affine.offset;
    op.output8 = out.narrow = addTensor(tensor + "8", ElementType::Int8, spec_.width, role);
    op.output16 = out.wide = addTensor(tensor + "16", ElementType::Int16, spec_.width, role);
    finish(std::move(op));
    stream_ = std::move(out);
  }

  /// Linear and GELU; `zero` receives the zero points of its output.
  TensorId addHidden(const std::string& name, std::vector<int8_t>& zero) {
    const TensorId output = addTensor(name, ElementType::Int8, spec_.ffn);
    Linear op = drawLinear(name, stream_.narrow, output, spec_.width, spec_.ffn, {});
    std::vector<int32_t> sums = linearSums(graph_, op, values_);
    const double size = addBias(op, sums, -0.4, 0.4);
    constexpr double kLowest = 0.17;  // GELU is never below -0.17
    ActivationEpilogue epilogue;
    std::vector<double> range(spec_.ffn, kLowest);
    for (uint32_t c = 0; c < spec_.ffn; ++c) {
      epilogue.input.push_back(scaleFromReal(1024 * spread(0.35) / size, name));
      for (uint32_t r = 0; r < seq_; ++r) {
        const auto x = static_cast<int16_t>(
            requantize<16>(sums[std::size_t{r} * spec_.ffn + c], epilogue.input[c]));
        range[c] = std::max(range[c], gelu(x, Family::Pwl) / 16384.0 + kLowest);
      }
    }
    const std::vector<double> step = smoothedSteps(range, 255);
    for (uint32_t c = 0; c < spec_.ffn; ++c) {
      zero.push_back(saturate8(std::lround(kLowest / step[c]) - 128));
      epilogue.output.push_back(scaleFromReal(1 / (16384 * step[c]), name));
    }
    epilogue.zero = zero;
    op.epilogue = std::move(epilogue);
    finish(std::move(op));
    return output;
  }

  const ModelSpec& spec_;
  const std::vector<uint32_t>& lengths_;  ///< tokens of each sequence
  uint32_t seq_;                          ///< tokens of all
  Random random_;
  Graph graph_;
  TensorValues values_;
  std::vector<double> gain_;  ///< 1, and 4 to 8 in the few outlier channels
  Stream stream_;
};

}  // namespace

Graph buildBertEncoder(const ModelSpec& spec, uint32_t layers,
                       const std::vector<uint32_t>& lengths, uint64_t seed, EncoderInput input) {
  if (lengths.empty() || std::ranges::count(lengths, 0U) != 0)
    throw std::invalid_argument("a batch needs sequences of one token at least");
  if (input == EncoderInput::Tokens &&
      (spec.vocabulary == 0 || std::ranges::max(lengths) > spec.positions))
    throw std::invalid_argument(spec.vocabulary == 0
                                    ? "the model has no embedding"
                                    : "a sequence is longer than the model's positions");
  EncoderBuilder builder(spec, lengths, seed, input);
  for (uint32_t layer = 0; layer < layers; ++layer) builder.addLayer(layer, layer + 1 == layers);
  return builder.take();
}

Graph buildBertEncoder(const ModelSpec& spec, uint32_t layers, uint32_t seq, uint64_t seed) {
  return buildBertEncoder(spec, layers, std::vector{seq}, seed);
}

}  // namespace intformer
