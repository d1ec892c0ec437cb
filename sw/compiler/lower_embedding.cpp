#include <algorithm>

#include "gen/tables/operands.hpp"
#include "sw/compiler/cuts.hpp"
#include "sw/compiler/lowering.hpp"
#include "sw/compiler/transfers.hpp"

namespace intformer::compiler {
namespace {

/// Some words of rows in memory that a list names, and their places in the scratchpad.
struct Gathered {
  uint64_t table = 0;       ///< in memory: the first word of row 0
  uint64_t pitch = 0;       ///< bytes from row to row there
  uint32_t rowWords = 0;    ///< from row to row in the scratchpad
  uint32_t words = 0;       ///< of each row
  uint32_t wordStride = 0;  ///< from word to word in the scratchpad
};

/// Gathers them from `address` on. `limit`: rows of the table.
void gather(Context& context, const Gathered& what, TensorId list, uint32_t limit,
            const RowBlock& block, uint32_t address) {
  for (uint32_t row = 0; row < block.rows; row += kMaxGatherRows) {
    const uint32_t rows = std::min(kMaxGatherRows, block.rows - row);
    const uint64_t first = context.of(list).offset + uint64_t{4} * (block.first + row);
    context.stream.emit(Command(Opcode::Gather)
                            .set(Field::ScratchAddr, address + row * what.rowWords)
                            .set(Field::MemoryAddr, static_cast<int64_t>(what.table))
                            .set(Field::ChunkWords, what.words)
                            .set(Field::Chunks, rows)
                            .set(Field::ScratchStride, what.rowWords)
                            .set(Field::MemoryStride, static_cast<int64_t>(what.pitch))
                            .set(Field::IndexAddr, static_cast<int64_t>(first))
                            .set(Field::IndexLimit, limit)
                            .set(Field::WordStride, what.wordStride),
                        AddressBase::Constants);
  }
}

/// Puts the two bytes of tokens together: `tiles` matmuls.
void joinBytes(Context& context, uint32_t tokens, uint32_t weights, uint32_t rows, uint32_t tiles,
               uint32_t sums) {
  const uint32_t dim = context.plan.dim;
  for (uint32_t tile = 0; tile < tiles; ++tile)
    context.stream.emit(Command(Opcode::Matmul)
                            .set(Field::AAddr, tokens + 2 * tile * rows)
                            .set(Field::AStride, rows)
                            .set(Field::BAddr, weights)
                            .set(Field::BStride, 2 * dim)
                            .set(Field::CAddr, sums + tile * rows)
                            .set(Field::CStride, rows)
                            .set(Field::MatmulRows, rows)
                            .set(Field::Depth, 2 * dim)
                            .set(Field::Cols, dim));
}

}  // namespace

void lowerEmbedding(Context& context, uint32_t index, const Embedding& op, const RowBlock& block) {
  const uint32_t dim = context.plan.dim;
  const TensorLayout& out = context.of(op.output);
  const uint32_t words = constantBytes(Opcode::Residual);
  const uint64_t pitch = context.constants.tablePitch(op);
  const EmbeddingPlaces& places = context.constants.embedding(index);
  const Target result = findTarget(context, op.output, block);
  const std::optional<uint32_t> statRow = gatherFor(context, index, op.output, block);
  const EmbeddingCut cut =
      embeddingCut(context.plan, block.rows, out.panels, words, context.schedule.frame.division,
                   result.resident != nullptr);

  const uint32_t weights = context.streamed.allocate(2 * dim);
  loadConstants(context, places.weights, weights, 2 * dim);
  for (uint32_t panel = 0; panel < out.panels; panel += cut.panels) {
    const uint32_t panels = std::min(cut.panels, out.panels - panel);
    const uint64_t panelBytes = uint64_t{panel} * dim;
    const uint32_t constants = context.streamed.allocate(panels * words);
    loadConstants(context, places.constants + panelBytes * words, constants, panels * words);
    for (uint32_t row = 0; row < block.rows; row += cut.rows) {
      const RowBlock part{block.index, block.first + row, std::min(cut.rows, block.rows - row)};
      const uint32_t tokens = context.streamed.allocate(2 * panels * part.rows);
      gather(context, {places.tokens + 2 * panelBytes, pitch, 1, 2 * panels, part.rows}, op.token,
             op.vocabulary, part, tokens);
      const uint32_t identity = context.streamed.allocate(2 * panels * part.rows);
      for (const uint32_t half : {0U, 1U}) {
        const uint64_t table = places.places + panelBytes + uint64_t{half} * out.panels * dim;
        gather(context, {table, pitch, 2, panels, 2 * part.rows}, op.place, op.placeCount, part,
               identity + half);
      }
      for (uint32_t first = 0; first < panels; first += cut.tiles) {
        const uint32_t tiles = std::min(cut.tiles, panels - first);
        const uint32_t sums = context.accumulator.allocate(tiles * part.rows);
        joinBytes(context, tokens + 2 * first * part.rows, weights, part.rows, tiles, sums);
        const RowBlock& placed = result.resident != nullptr ? block : part;
        Piece piece = place(context, result, placed, panel + first, tiles);
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
            .set(Field::Panels, tiles);
        if (statRow)
          command.set(Field::Stats, 1)
              .set(Field::StatsInit, panel + first == 0)
              .set(Field::StatRow, *statRow + row);
        context.stream.emit(command);
        context.accumulator.release(sums);
        store(context, op.output, piece, {panel + first, tiles, part.first, part.rows});
      }
      context.streamed.release(tokens);
      context.streamed.release(identity);
    }
    context.streamed.release(constants);
  }
  context.streamed.release(weights);
}

}  // namespace intformer::compiler
