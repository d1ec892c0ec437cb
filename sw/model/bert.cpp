#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include <fmt/core.h>

#include "sw/model/seeded_builder.hpp"

namespace intformer::model {
namespace {

class EncoderBuilder : public SeededBuilder {
 public:
  EncoderBuilder(const ModelSpec& spec, const std::vector<uint32_t>& lengths, uint64_t seed,
                 EncoderInput from, Integers integers)
      : SeededBuilder(spec, lengths, seed, integers) {
    gain_.assign(spec.width, 1.0);
    for (uint32_t i = 0; i < std::max(1U, spec.width / 128); ++i)
      gain_[random_.below(spec.width)] = 4 + 4 * random_.uniform();
    if (spec.kind == ModelKind::Perceiver) {
      addLatents();
      return;
    }
    if (from == EncoderInput::Tokens) {
      addEmbedding(seed);
      return;
    }
    ActivationStream input;
    input.narrow = graph_.addTensor({"input8", ElementType::Int8, seq_, spec.width,
                                     TensorRole::Input, 0});
    if (spec.norm)
      input.wide = graph_.addTensor({"input16", ElementType::Int16, seq_, spec.width,
                                     TensorRole::Input, 0});
    for (uint32_t c = 0; c < spec.width; ++c) input.step.push_back(0.03 * spread(0.2) * gain_[c]);
    if (drawn_) values_ = seededInputs(graph_, seed);
    stream_ = std::move(input);
  }

  void addLayer(uint32_t number, bool last) {
    addLayer(fmt::format("layer{}.", number), number, last, {stream_.narrow, spec_.width, {}});
  }
  /// A layer whose keys and values are those of the rows of "input8".
  void addCross(uint32_t rows, bool last) {
    const TensorId input = graph_.addTensor(
        {"input8", ElementType::Int8, rows, spec_.inputWidth, TensorRole::Input, 0});
    values_.emplace_back();
    if (drawn_) values_[input] = seededInputs(graph_, seed_)[input];
    addLayer("cross.", 0, last, {input, spec_.inputWidth, {}});
  }

 private:
  void addLayer(const std::string& layer, uint32_t number, bool last, const Operand& source) {
    const std::string attention = layer + "attention.";
    const TensorRole role = last ? TensorRole::Output : TensorRole::Intermediate;
    const uint32_t columns = spec_.headWidth() * spec_.heads;
    const uint32_t keyColumns = spec_.headWidth() * spec_.headsOfKeys();
    const Operand input{stream_.narrow, spec_.width, {}};
    Heads heads;
    heads.query = addRequantized(attention + "query", input, columns, spec_.headWidth());
    heads.key = addRequantized(attention + "key", source, keyColumns, spec_.headWidth());
    heads.value = addRequantized(attention + "value", source, keyColumns, spec_.headWidth());
    if (source.tensor != stream_.narrow) heads.keys = graph_.tensors[source.tensor].rows;
    projectKeys(attention, heads);
    rememberKeys(attention, heads);
    const Operand context{addAttention(attention, heads, number), columns, {}};
    if (spec_.norm) {
      const double step = addResidual(attention + "residual", context);
      addNorm(attention + "norm", attention + "norm", step, TensorRole::Intermediate);
    } else {
      stream_.narrow = addRequantized(attention + "output8", context, spec_.width, spec_.width);
    }
    Operand hidden{kNoTensor, spec_.ffn, {}};
    hidden.tensor = addHidden(layer + "ffn.hidden", hidden.zero);
    if (spec_.norm) {
      const double step = addResidual(layer + "ffn.residual", hidden);
      addNorm(layer + "output", layer + "output", step, role);
    } else {
      stream_.narrow = addRequantized(layer + "output8", hidden, spec_.width, spec_.width, role);
    }
    for (TensorId id = 0; id < values_.size(); ++id)  // calibration needs the stream alone
      if (id != stream_.narrow && id != stream_.wide) values_[id] = Tensor();
  }

  /// The latents, constants in two widths.
  void addLatents() {
    Tensor wide(ElementType::Int16, seq_, spec_.width), narrow(ElementType::Int8, seq_, spec_.width);
    for (uint32_t c = 0; c < spec_.width; ++c) {
      stream_.step.push_back(0.03 * spread(0.2) * gain_[c]);
      const double gain = 32767 / 3.5 * (0.4 + 0.6 * random_.uniform());
      for (uint32_t r = 0; drawn_ && r < seq_; ++r) {
        wide.at(r, c) = static_cast<int16_t>(std::lround(random_.normal() * gain));
        narrow.at(r, c) = saturate8(rshr(wide.at(r, c), 8));
      }
    }
    const auto add = [&](const char* name, Tensor& values) {
      const TensorId id = addTensor(name, values.type, spec_.width, TensorRole::Constant);
      if (drawn_) values_[id] = graph_.constants[id] = std::move(values);
      return id;
    };
    stream_.narrow = add("latents8", narrow);
    stream_.wide = add("latents16", wide);
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
    if (!drawn_) {
      op.tokenScale.assign(op.cols, kIdentityScale);
      op.placeScale = op.tokenScale;
      op.output = stream_.wide = addTensor(op.name, ElementType::Int16, spec_.width);
      finish(std::move(op));
      return addNorm("embedding.output", "embedding.output", 1, TensorRole::Intermediate);
    }
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
};

}  // namespace

Graph buildBertEncoder(const ModelSpec& spec, uint32_t layers,
                       const std::vector<uint32_t>& lengths, uint64_t seed, EncoderInput input,
                       Integers integers) {
  if (lengths.empty() || std::ranges::count(lengths, 0U) != 0)
    throw std::invalid_argument("a batch needs sequences of one token at least");
  if (input == EncoderInput::Tokens &&
      (spec.vocabulary == 0 || std::ranges::max(lengths) > spec.positions))
    throw std::invalid_argument(spec.vocabulary == 0
                                    ? "the model has no embedding"
                                    : "a sequence is longer than the model's positions");
  if (input == EncoderInput::Tokens && !spec.norm)
    throw std::invalid_argument("an embedding ends in a LayerNorm, and the model has none");
  if (lengths.size() != 1)
    for (const auto& [key, number] : {std::pair{"projected_keys", spec.projectedKeys},
                                      std::pair{"memory", spec.memory}})
      if (number != 0)
        throw std::invalid_argument(fmt::format(
            "{}: {}: of one sequence: give one length, not several, or leave the key out",
            spec.name, key));
  EncoderBuilder builder(spec, lengths, seed, input, integers);
  for (uint32_t layer = 0; layer < layers; ++layer) builder.addLayer(layer, layer + 1 == layers);
  return builder.take();
}

Graph buildPerceiver(const ModelSpec& spec, uint32_t layers, const std::vector<uint32_t>& lengths,
                     uint64_t seed, Integers integers) {
  if (lengths.size() != 1)
    throw std::invalid_argument(spec.name + ": latents: of one sequence: give one length");
  const std::vector<uint32_t> latents = {spec.latents};
  EncoderBuilder builder(spec, latents, seed, EncoderInput::Activations, integers);
  builder.addCross(lengths[0], layers == 0);
  for (uint32_t layer = 0; layer < layers; ++layer) builder.addLayer(layer, layer + 1 == layers);
  return builder.take();
}

Graph buildBertEncoder(const ModelSpec& spec, uint32_t layers, uint32_t seq, uint64_t seed) {
  return buildBertEncoder(spec, layers, std::vector{seq}, seed);
}

}  // namespace intformer::model
