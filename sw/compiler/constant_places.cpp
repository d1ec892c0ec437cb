#include "sw/compiler/lowering.hpp"

namespace intformer {

void Lowering::placeConstants() {
  for (const Operator& op : graph_.operators) {
    if (const auto* linear = std::get_if<Linear>(&op)) {
      linearPlace(*linear);
    } else if (const auto* norm = std::get_if<LayerNorm>(&op)) {
      normPlace(*norm);
      identityPlace();
    } else if (const auto* embedding = std::get_if<Embedding>(&op)) {
      embeddingPlaces(*embedding);
    }
  }
}

uint64_t Lowering::tilePitch(const Linear& op) const {
  const uint64_t words = uint64_t{layout(op.input).panels} * plan_.dim +
                         constantBytes(epilogueOpcode(op));
  return roundUp(words * plan_.dim, 64);
}

uint64_t Lowering::linearPlace(const Linear& op) {
  const auto [place, fresh] = linearPlaces_.try_emplace(&op);
  if (!fresh) return place->second;
  const TensorLayout& in = layout(op.input);
  const TensorLayout& out = layout(op.output);
  const uint64_t pitch = tilePitch(op);
  return place->second = constants_.add(
             out.panels * pitch, [this, &op, &in, &out, pitch](std::span<uint8_t> bytes) {
               const uint32_t depth = in.panels * plan_.dim;
               for (uint32_t panel = 0; panel < out.panels; ++panel) {
                 const auto tile = bytes.subspan(panel * pitch, pitch);
                 fillWeights(op, in, out, plan_.dim, panel, 0, depth, tile);
                 fillLinearConstants(op, out, plan_.dim, panel,
                                     tile.subspan(std::size_t{depth} * plan_.dim));
               }
             });
}

uint64_t Lowering::normPlace(const LayerNorm& op) {
  const auto [place, fresh] = normConstants_.try_emplace(&op);
  if (!fresh) return place->second;
  const TensorLayout& in = layout(op.input);
  const uint32_t words = constantBytes(Opcode::LayerNorm);
  return place->second = constants_.add(
             uint64_t{words} * in.panels * plan_.dim,
             [this, &op, &in, words](std::span<uint8_t> bytes) {
               for (uint32_t panel = 0; panel < in.panels; ++panel)
                 fillLayerNormConstants(op, in, plan_.dim, panel,
                                        bytes.subspan(std::size_t{panel} * words * plan_.dim));
             });
}

uint64_t Lowering::identityPlace() {
  if (!identityConstants_)
    identityConstants_ =
        constants_.add(uint64_t{constantBytes(Opcode::Residual)} * plan_.dim,
                       [this](std::span<uint8_t> s) { fillIdentityConstants(plan_.dim, s); });
  return *identityConstants_;
}

uint64_t Lowering::embeddingPitch(const Embedding& op) const {
  return roundUp(uint64_t{2} * layout(op.output).panels * plan_.dim, kGatherStrideBytes);
}

const Lowering::EmbeddingPlaces& Lowering::embeddingPlaces(const Embedding& op) {
  const auto [found, fresh] = embeddings_.try_emplace(&op);
  EmbeddingPlaces& places = found->second;
  if (!fresh) return places;
  const uint32_t dim = plan_.dim;
  const uint32_t words = constantBytes(Opcode::Residual);
  const TensorLayout& out = layout(op.output);
  const uint64_t pitch = embeddingPitch(op);
  places.tokens = constants_.add(op.vocabulary * pitch, [=, &op, &out](std::span<uint8_t> bytes) {
    fillTokenTable(op, out, dim, pitch, bytes);
  });
  places.places = constants_.add(op.placeCount * pitch, [=, &op, &out](std::span<uint8_t> bytes) {
    fillPlaceTable(op, out, dim, pitch, bytes);
  });
  places.weights = constants_.add(uint64_t{2} * dim * dim, [dim](std::span<uint8_t> bytes) {
    fillTokenWeights(dim, bytes);
  });
  places.constants = constants_.add(
      uint64_t{words} * out.panels * dim, [=, &op, &out](std::span<uint8_t> bytes) {
        for (uint32_t panel = 0; panel < out.panels; ++panel)
          fillEmbeddingConstants(op, out, dim, panel,
                                 bytes.subspan(std::size_t{panel} * words * dim));
      });
  return places;
}

}  // namespace intformer
