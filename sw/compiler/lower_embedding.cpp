#include <algorithm>

#include "sw/compiler/lowering.hpp"

namespace intformer {

/// Gathers some words of the rows that a list names, row r of the block to
/// address + r * rowWords + w * wordStride.
void Lowering::loadRows(uint64_t table, uint64_t pitch, TensorId list, uint32_t limit,
                        const RowBlock& block, uint32_t address, uint32_t rowWords,
                        uint32_t words, uint32_t wordStride) {
  for (uint32_t row = 0; row < block.rows; row += kMaxGatherRows) {
    const uint32_t rows = std::min(kMaxGatherRows, block.rows - row);
    const uint64_t first = layout(list).offset + uint64_t{4} * (block.first + row);
    stream_.emit(Command(Opcode::Gather)
                     .set(Field::ScratchAddr, address + row * rowWords)
                     .set(Field::MemoryAddr, static_cast<int64_t>(table))
                     .set(Field::ChunkWords, words)
                     .set(Field::Chunks, rows)
                     .set(Field::ScratchStride, rowWords)
                     .set(Field::MemoryStride, static_cast<int64_t>(pitch))
                     .set(Field::IndexAddr, static_cast<int64_t>(first))
                     .set(Field::IndexLimit, limit)
                     .set(Field::WordStride, wordStride),
                 AddressBase::Constants);
  }
}

void Lowering::lowerEmbedding(uint32_t opIndex, const Embedding& op, const RowBlock& block) {
  const uint32_t dim = plan_.dim;
  const TensorLayout& out = layout(op.output);
  const uint32_t rows = block.rows;
  const uint32_t words = constantBytes(Opcode::Residual);
  const uint64_t pitch = roundUp(uint64_t{2} * out.panels * dim, kGatherStrideBytes);
  const auto [found, fresh] = embeddings_.try_emplace(&op);
  EmbeddingPlaces& places = found->second;
  if (fresh) {
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
  }

  const Target result = target(op.output, block);
  const std::optional<uint32_t> statRow = statisticsOf(opIndex, op.output, block);
  // Panels at a time: three groups in the ring, four in the accumulator, so that loads run ahead.
  uint32_t group = streamed_.size() / (3 * (4 * rows + words));
  group = std::min(group, plan_.accRows / (4 * rows));
  if (result.resident == nullptr) group = std::min(group, results_.size() / (4 * rows));
  group = std::clamp(group, 1U, out.panels);

  const uint32_t weights = streamed_.allocate(2 * dim);
  loadConstants(places.weights, weights, 2 * dim);
  for (uint32_t panel = 0; panel < out.panels; panel += group) {
    const uint32_t panels = std::min(group, out.panels - panel);
    const uint64_t panelBytes = uint64_t{panel} * dim;
    const uint32_t tokens = streamed_.allocate(2 * panels * rows);
    loadRows(places.tokens + 2 * panelBytes, pitch, op.token, op.vocabulary, block, tokens, 1,
             2 * panels, rows);
    const uint32_t constants = streamed_.allocate(panels * words);
    loadConstants(places.constants + panelBytes * words, constants, panels * words);
    const uint32_t identity = streamed_.allocate(2 * panels * rows);
    for (const uint32_t half : {0U, 1U})
      loadRows(places.places + panelBytes + uint64_t{half} * out.panels * dim, pitch, op.place,
               op.placeCount, block, identity + half, 2, panels, 2 * rows);

    const uint32_t sums = accumulator_.allocate(panels * rows);
    for (uint32_t i = 0; i < panels; ++i)
      stream_.emit(Command(Opcode::Matmul)
                       .set(Field::AAddr, tokens + 2 * i * rows)
                       .set(Field::AStride, rows)
                       .set(Field::BAddr, weights)
                       .set(Field::BStride, 2 * dim)
                       .set(Field::CAddr, sums + i * rows)
                       .set(Field::CStride, rows)
                       .set(Field::MatmulRows, rows)
                       .set(Field::Depth, 2 * dim)
                       .set(Field::Cols, dim));
    streamed_.release(tokens);
    const Piece piece = place(result, block, panel, panels);
    Command command(Opcode::Residual);
    command.set(Field::AccAddr, sums)
        .set(Field::AccStride, rows)
        .set(Field::InAddr, identity)
        .set(Field::InStride, 2 * rows)
        .set(Field::In16, 1)
        .set(Field::Out16Addr, piece.address)
        .set(Field::Out16Stride, piece.stride)
        .set(Field::ConstAddr, constants)
        .set(Field::Rows, rows)
        .set(Field::Panels, panels);
    if (statRow)
      command.set(Field::Stats, 1).set(Field::StatsInit, panel == 0).set(Field::StatRow, *statRow);
    stream_.emit(command);
    accumulator_.release(sums);
    streamed_.release(constants);
    streamed_.release(identity);
    store(op.output, piece, panel, panels, block.first, rows);
  }
  streamed_.release(weights);
}

}  // namespace intformer
