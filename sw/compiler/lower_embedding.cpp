#include <algorithm>

#include "sw/compiler/lowering.hpp"

namespace intformer {
namespace {

/// Rows that an embedding gathers and sums up at a time, or DIM.
constexpr uint32_t kSliceRows = 16;

}  // namespace

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
  const uint64_t pitch = embeddingPitch(op);
  const EmbeddingPlaces& places = embeddingPlaces(op);

  const Target result = target(op.output, block);
  const std::optional<uint32_t> statRow = statisticsOf(opIndex, op.output, block);
  // Few rows and many panels at a time: what is read of a row is one burst. Three slices of rows in
  // the ring, so that loads run ahead; of their panels as many per command as leave four in the
  // accumulator.
  const auto slice = static_cast<uint32_t>(
      std::min<uint64_t>(rows, roundUp(kSliceRows, dim)));
  const uint32_t group = std::clamp(streamed_.size() / (12 * slice + 2 * words), 1U, out.panels);
  const uint32_t even = ceilDivide(out.panels, ceilDivide(out.panels, group));
  uint32_t atOnce = plan_.accRows / (4 * slice);
  if (result.resident == nullptr) atOnce = std::min(atOnce, results_.size() / (8 * slice));
  atOnce = std::clamp(atOnce, 1U, even);

  const uint32_t weights = streamed_.allocate(2 * dim);
  loadConstants(places.weights, weights, 2 * dim);
  for (uint32_t panel = 0; panel < out.panels; panel += even) {
    const uint32_t panels = std::min(even, out.panels - panel);
    const uint64_t panelBytes = uint64_t{panel} * dim;
    const uint32_t constants = streamed_.allocate(panels * words);
    loadConstants(places.constants + panelBytes * words, constants, panels * words);
    for (uint32_t row = 0; row < rows; row += slice) {
      const RowBlock part{block.index, block.first + row, std::min(slice, rows - row)};
      const uint32_t tokens = streamed_.allocate(2 * panels * part.rows);
      loadRows(places.tokens + 2 * panelBytes, pitch, op.token, op.vocabulary, part, tokens, 1,
               2 * panels, part.rows);
      const uint32_t identity = streamed_.allocate(2 * panels * part.rows);
      for (const uint32_t half : {0U, 1U})
        loadRows(places.places + panelBytes + uint64_t{half} * out.panels * dim, pitch, op.place,
                 op.placeCount, part, identity + half, 2, panels, 2 * part.rows);
      for (uint32_t first = 0; first < panels; first += atOnce) {
        const uint32_t count = std::min(atOnce, panels - first);
        const uint32_t sums = accumulator_.allocate(count * part.rows);
        for (uint32_t i = 0; i < count; ++i)
          stream_.emit(Command(Opcode::Matmul)
                           .set(Field::AAddr, tokens + 2 * (first + i) * part.rows)
                           .set(Field::AStride, part.rows)
                           .set(Field::BAddr, weights)
                           .set(Field::BStride, 2 * dim)
                           .set(Field::CAddr, sums + i * part.rows)
                           .set(Field::CStride, part.rows)
                           .set(Field::MatmulRows, part.rows)
                           .set(Field::Depth, 2 * dim)
                           .set(Field::Cols, dim));
        const RowBlock& placed = result.resident != nullptr ? block : part;
        Piece piece = place(result, placed, panel + first, count);
        if (!piece.transient) piece.address += 2 * row;
        Command command(Opcode::Residual);
        command.set(Field::AccAddr, sums)
            .set(Field::AccStride, part.rows)
            .set(Field::InAddr, identity + 2 * first * part.rows)
            .set(Field::InStride, 2 * part.rows)
            .set(Field::In16, 1)
            .set(Field::Out16Addr, piece.address)
            .set(Field::Out16Stride, piece.stride)
            .set(Field::ConstAddr, constants + first * words)
            .set(Field::Rows, part.rows)
            .set(Field::Panels, count);
        if (statRow)
          command.set(Field::Stats, 1)
              .set(Field::StatsInit, panel + first == 0)
              .set(Field::StatRow, *statRow + row);
        stream_.emit(command);
        accumulator_.release(sums);
        store(op.output, piece, panel + first, count, part.first, part.rows);
      }
      streamed_.release(tokens);
      streamed_.release(identity);
    }
    streamed_.release(constants);
  }
  streamed_.release(weights);
}

}  // namespace intformer
