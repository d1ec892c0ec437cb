#include <stdexcept>
#include <utility>

#include "sw/model/gpt2.hpp"
#include "sw/model/seeded_builder.hpp"

namespace intformer::model {
namespace {

/// Parts of a network by themselves, from and to memory.
class PartBuilder : public SeededBuilder {
 public:
  using SeededBuilder::SeededBuilder;

  void addMatmul(uint64_t seed) {
    const TensorId input =
        graph_.addTensor({"input8", ElementType::Int8, seq_, spec_.width, TensorRole::Input, 0});
    if (drawn_) values_ = seededInputs(graph_, seed);
    addRequantized("output8", {input, spec_.width, {}}, spec_.cols, spec_.cols, TensorRole::Output);
  }

  void addHeads(uint64_t seed) {
    const uint32_t width = spec_.headWidth();
    const auto tensor = [&](const char* name, uint32_t rows, uint32_t count) {
      return graph_.addTensor(
          {name, ElementType::Int8, rows, count * width, TensorRole::Input, width});
    };
    if (spec_.keys != 0 && lengths_.size() != 1)
      throw std::invalid_argument(spec_.name +
                                  ": keys: are those of one sequence: give one length, not several, "
                                  "or leave the key out");
    const uint32_t keys = spec_.keys != 0 ? spec_.keys : seq_;
    Heads heads;
    heads.query = tensor("query", seq_, spec_.heads);
    heads.key = tensor("key", keys, spec_.headsOfKeys());
    heads.value = tensor("value", keys, spec_.headsOfKeys());
    heads.keys = spec_.keys;
    if (drawn_) values_ = seededInputs(graph_, seed);
    addAttention("", heads, 0, TensorRole::Output);
  }
};

}  // namespace

Graph buildModel(const ModelSpec& spec, uint32_t layers, const std::vector<uint32_t>& lengths,
                 uint64_t seed, EncoderInput input, Integers integers) {
  if (spec.kind == ModelKind::Encoder)
    return buildBertEncoder(spec, layers, lengths, seed, input, integers);
  if (spec.kind == ModelKind::Perceiver) return buildPerceiver(spec, layers, lengths, seed, integers);
  if (spec.kind == ModelKind::Gpt2) {
    if (input != EncoderInput::Tokens)
      throw std::invalid_argument(spec.name +
                                  ": begins with its embedding: leave --encoder-only out");
    return gpt2::buildGraph(spec, layers, lengths, seed, integers);
  }
  if (layers != 1 || input != EncoderInput::Activations)
    throw std::invalid_argument("a part of a network has one layer and no embedding");
  PartBuilder builder(spec, lengths, seed, integers);
  if (spec.kind == ModelKind::Matmul) {
    builder.addMatmul(seed);
  } else {
    builder.addHeads(seed);
  }
  return builder.take();
}

}  // namespace intformer::model
