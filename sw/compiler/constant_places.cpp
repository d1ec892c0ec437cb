#include "sw/compiler/constant_places.hpp"

#include "gen/tables/operands.hpp"

namespace intformer::compiler {

ConstantPlaces::ConstantPlaces(const Graph& graph, const Plan& plan, const MemoryLayout& layout,
                               bool shared)
    : graph_(graph), plan_(plan), layout_(layout), shared_(shared),
      places_(graph.operators.size()), embeddings_(graph.operators.size()) {
  if (layout.constantBytes != 0)
    pool_.add(layout.constantBytes, [&graph, &layout, dim = plan.dim](std::span<uint8_t> bytes) {
      for (const auto& [id, values] : graph.constants)
        packTensor(placementOf(graph, layout, id, dim, 0), values, bytes);
    });
  if (!shared) return;
  for (uint32_t op = 0; op < graph.operators.size(); ++op)
    match(
        graph.operators[op],
        [&](const Linear& linear) {
          places_[op] = allTiles(linear);
          if (const auto kind = tableOf(linear)) table(*kind);
        },
        [](const Attention&) {},
        [&](const LayerNorm&) {
          norm(op);
          identity();
        },
        [&](const Embedding&) { embedding(op); }, [&](const Product&) { product(op); });
}

uint64_t ConstantPlaces::tilePitch(const Linear& op) const {
  const uint64_t words =
      uint64_t{of(op.input).panels} * plan_.dim + constantBytes(epilogueOpcode(op));
  return roundUp(words * plan_.dim, 64);
}

uint64_t ConstantPlaces::allTiles(const Linear& op) {
  const TensorLayout& in = of(op.input);
  const TensorLayout& out = of(op.output);
  const uint64_t pitch = tilePitch(op);
  const uint32_t dim = plan_.dim;
  return pool_.add(out.panels * pitch, [=, &op, &in, &out](std::span<uint8_t> bytes) {
    const uint32_t depth = in.panels * dim;
    for (uint32_t panel = 0; panel < out.panels; ++panel) {
      const auto tile = bytes.subspan(panel * pitch, pitch);
      fillWeights(op, in, out, dim, panel, 0, depth, tile);
      fillLinearConstants(op, out, dim, panel, tile.subspan(std::size_t{depth} * dim));
    }
  });
}

WeightPlace ConstantPlaces::weights(uint32_t index, const WeightRange& range,
                                    std::optional<uint64_t>& known) {
  const auto& op = std::get<Linear>(graph_.operators[index]);
  const TensorLayout& in = of(op.input);
  const TensorLayout& out = of(op.output);
  const uint32_t dim = plan_.dim;
  if (shared_) {
    const uint64_t pitch = tilePitch(op);
    const uint64_t tile = places_[index].value() + range.firstTile * pitch;
    return {.weights = tile + uint64_t{range.firstDepth} * dim,
            .constants = tile + uint64_t{in.panels} * dim * dim,
            .pitch = pitch};
  }
  const uint64_t tileBytes = uint64_t{range.depth} * dim;
  const uint64_t constantBytes = uint64_t{range.constants} * dim;
  if (!known)
    known = pool_.add(
        range.tiles * (tileBytes + constantBytes), [=, &op, &in, &out](std::span<uint8_t> bytes) {
          for (uint32_t tile = 0; tile < range.tiles; ++tile) {
            fillWeights(op, in, out, dim, range.firstTile + tile, range.firstDepth, range.depth,
                        bytes.subspan(tile * tileBytes, tileBytes));
            if (range.constants != 0)
              fillLinearConstants(
                  op, out, dim, range.firstTile + tile,
                  bytes.subspan(range.tiles * tileBytes + tile * constantBytes));
          }
        });
  return {.weights = *known, .constants = *known + range.tiles * tileBytes, .pitch = 0};
}

template <typename Op, typename Fill>
uint64_t ConstantPlaces::panels(uint32_t index, const Op& op, TensorId tensor, Opcode opcode,
                                Fill fill) {
  std::optional<uint64_t>& place = places_[index];
  if (place) return *place;
  const TensorLayout& shape = of(tensor);
  const uint32_t dim = plan_.dim;
  const std::size_t record = std::size_t{constantBytes(opcode)} * dim;
  place = pool_.add(record * shape.panels, [=, &op, &shape](std::span<uint8_t> bytes) {
    for (uint32_t panel = 0; panel < shape.panels; ++panel)
      fill(op, shape, dim, panel, bytes.subspan(panel * record));
  });
  return *place;
}

uint64_t ConstantPlaces::norm(uint32_t index) {
  const auto& op = std::get<LayerNorm>(graph_.operators[index]);
  return panels(index, op, op.input, Opcode::LayerNorm, fillLayerNormConstants);
}

uint64_t ConstantPlaces::product(uint32_t index) {
  const auto& op = std::get<Product>(graph_.operators[index]);
  return panels(index, op, op.output, Opcode::Requantize, fillProductConstants);
}

uint64_t ConstantPlaces::identity() {
  const uint32_t dim = plan_.dim;
  if (!identity_)
    identity_ = pool_.add(uint64_t{constantBytes(Opcode::Residual)} * dim,
                          [dim](std::span<uint8_t> s) { fillIdentityConstants(dim, s); });
  return *identity_;
}

uint64_t ConstantPlaces::table(ActivationKind kind) {
  std::optional<uint64_t>& place = tables_[static_cast<std::size_t>(kind)];
  const uint32_t dim = plan_.dim;
  if (!place)
    place = pool_.add(uint64_t{ActivationTable::kSegments} * dim, [=](std::span<uint8_t> words) {
      fillActivationTable(kind, dim, words);
    });
  return *place;
}

uint64_t ConstantPlaces::tablePitch(const Embedding& op) const {
  return roundUp(uint64_t{2} * of(op.output).panels * plan_.dim, kGatherStrideBytes);
}

const EmbeddingPlaces& ConstantPlaces::embedding(uint32_t index) {
  std::optional<EmbeddingPlaces>& known = embeddings_[index];
  if (known) return *known;
  const auto& op = std::get<Embedding>(graph_.operators[index]);
  EmbeddingPlaces& places = known.emplace();
  const uint32_t dim = plan_.dim;
  const std::size_t record = std::size_t{constantBytes(Opcode::Residual)} * dim;
  const TensorLayout& out = of(op.output);
  const uint64_t pitch = tablePitch(op);
  places.tokens = pool_.add(op.vocabulary * pitch, [=, &op, &out](std::span<uint8_t> bytes) {
    fillTokenTable(op, out, dim, pitch, bytes);
  });
  places.places = pool_.add(op.placeCount * pitch, [=, &op, &out](std::span<uint8_t> bytes) {
    fillPlaceTable(op, out, dim, pitch, bytes);
  });
  places.weights = pool_.add(uint64_t{2} * dim * dim, [dim](std::span<uint8_t> bytes) {
    fillTokenWeights(dim, bytes);
  });
  places.constants = pool_.add(record * out.panels, [=, &op, &out](std::span<uint8_t> bytes) {
    for (uint32_t panel = 0; panel < out.panels; ++panel)
      fillEmbeddingConstants(op, out, dim, panel, bytes.subspan(panel * record));
  });
  return places;
}

}  // namespace intformer::compiler
