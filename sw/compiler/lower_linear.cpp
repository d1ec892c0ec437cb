#include <algorithm>

#include "sw/compiler/lowering.hpp"

namespace intformer {
namespace {

/// Pieces in which an operator's first tile takes its operand, so that it starts before the last
/// panel of the operand is there.
constexpr uint32_t kFirstTilePieces = 4;
/// The same for the program's first tiles, whose weights come in pieces as well.
constexpr uint32_t kStartPieces = 16;
/// Pieces of a block's rows in the program's first panel, and in its last column tiles.
constexpr uint32_t kFirstRowPieces = 4;
constexpr uint32_t kLastRowPieces = 4;

}  // namespace

Lowering::Weights Lowering::placeWeights(uint32_t opIndex, const Linear& op,
                                         uint32_t group, uint32_t chunk) {
  const uint32_t dim = plan_.dim;
  const TensorLayout& in = layout(op.input);
  const TensorLayout& out = layout(op.output);
  const LinearCut& tiles = linearCut(opIndex);
  const uint32_t chunks = ceilDivide(in.panels, tiles.depthPanels);
  const uint32_t firstTile = group * tiles.columnTiles;
  const uint32_t firstDepth = chunk * tiles.depthPanels * dim;
  Weights weights;
  weights.tiles = std::min(tiles.columnTiles, out.panels - firstTile);
  weights.depth = std::min(tiles.depthPanels * dim, in.panels * dim - firstDepth);
  weights.constants = chunk + 1 == chunks ? constantBytes(epilogueOpcode(op)) : 0;
  const uint32_t words = weights.tiles * (weights.depth + weights.constants);

  Chunk& cut = chunks_[opIndex][std::size_t{group} * chunks + chunk];
  if (sharedConstants_) {
    weights.pitch = tilePitch(op);
    const uint64_t tile = linearPlace(op) + firstTile * weights.pitch;
    cut.place = tile + uint64_t{firstDepth} * dim;
    weights.constantsPlace = tile + uint64_t{in.panels} * dim * dim;
  } else if (!cut.place) {
    cut.place =
        constants_.add(uint64_t{words} * dim, [=, &op, &in, &out](std::span<uint8_t> bytes) {
          for (uint32_t tile = 0; tile < weights.tiles; ++tile) {
            const std::size_t panelBytes = std::size_t{weights.depth} * dim;
            fillWeights(op, in, out, dim, firstTile + tile, firstDepth, weights.depth,
                        bytes.subspan(tile * panelBytes, panelBytes));
            if (weights.constants != 0)
              fillLinearConstants(op, out, dim, firstTile + tile,
                                  bytes.subspan(weights.tiles * panelBytes +
                                                std::size_t{tile} * weights.constants * dim));
          }
        });
  }
  weights.place = *cut.place;
  if (!sharedConstants_)
    weights.constantsPlace = weights.place + uint64_t{weights.tiles} * weights.depth * dim;
  weights.loaded = streamed_.recall(cut.address, cut.ticket);
  if (!weights.loaded) {
    cut.address = streamed_.allocate(words);
    cut.ticket = streamed_.ticket(cut.address);
  }
  weights.address = cut.address;
  return weights;
}

void Lowering::loadWeights(const Weights& weights, uint32_t firstPanel, uint32_t endPanel) {
  const uint32_t dim = plan_.dim;
  if (weights.loaded) return;
  const uint32_t constants = weights.tiles * weights.constants;
  const uint32_t words = weights.tiles * weights.depth;
  const bool apart = weights.pitch != 0 && weights.tiles != 1;
  const bool last = endPanel * dim == weights.depth;
  if (firstPanel == 0 && last && !apart)  // all at once
    return loadConstants(weights.place, weights.address, words + constants);
  loadConstants(weights.place + uint64_t{firstPanel} * dim * dim,
                apart ? weights.pitch : uint64_t{weights.depth} * dim, weights.tiles,
                weights.address + firstPanel * dim, weights.depth, (endPanel - firstPanel) * dim);
  if (!last || constants == 0) return;
  if (apart)
    loadConstants(weights.constantsPlace, weights.pitch, weights.tiles, weights.address + words,
                  weights.constants, weights.constants);
  else
    loadConstants(weights.constantsPlace, weights.address + words, constants);
}

void Lowering::multiply(const Weights& weights, uint32_t firstTile, uint32_t tiles,
                        uint32_t firstPanel, uint32_t endPanel, bool accumulate,
                        const Piece& operand, uint32_t rows, const Sums& sums) {
  const uint32_t dim = plan_.dim;
  stream_.emit(Command(Opcode::Matmul)
                   .set(Field::AAddr, operand.address + firstPanel * operand.stride)
                   .set(Field::AStride, operand.stride)
                   .set(Field::BAddr, weights.address + firstTile * weights.depth +
                                          firstPanel * dim)
                   .set(Field::BStride, weights.depth)
                   .set(Field::CAddr, sums.address)
                   .set(Field::CStride, sums.stride)
                   .set(Field::MatmulRows, rows)
                   .set(Field::Depth, (endPanel - firstPanel) * dim)
                   .set(Field::Cols, tiles * dim)
                   .set(Field::Accumulate, accumulate));
}

void Lowering::finishProgram(const Linear& op, const RowBlock& block, const Target& result,
                             const Weights& weights, uint32_t firstTile, const Piece& operand,
                             const Sums& sums) {
  const auto most = static_cast<uint32_t>(
      std::max<uint64_t>(plan_.dim, roundUp(ceilDivide(block.rows, kLastRowPieces), plan_.dim)));
  for (uint32_t tile = 0; tile < weights.tiles; ++tile)
    for (uint32_t row = 0; row < block.rows; row += most) {
      const uint32_t rows = std::min(most, block.rows - row);
      const Sums part{sums.address + tile * sums.stride + row, sums.stride};
      multiply(weights, tile, 1, 0, weights.depth / plan_.dim, false,
               {operand.address + row, operand.stride, false}, rows, part);
      linearEpilogue(op, {block.index, block.first + row, rows}, result, firstTile + tile, 1, part,
                     weights.address + weights.tiles * weights.depth + tile * weights.constants,
                     std::nullopt);
    }
}

void Lowering::lowerLinear(uint32_t opIndex, const Linear& op, const RowBlock& block) {
  const TensorLayout& in = layout(op.input);
  const TensorLayout& out = layout(op.output);
  const bool residual = std::holds_alternative<ResidualEpilogue>(op.epilogue);

  Resident* operand = heap_.use(op.input, block.index, step_);
  bool mustLoad = operand == nullptr;
  if (operand == nullptr)
    operand = heap_.allocate(op.input, block.index, in.panels * block.rows, step_);
  if (operand == nullptr && schedule_.frame.operands == Operands::Resident)
    throw Unfit("an operand does not fit the scratchpad");
  const Target result = target(op.output, block);

  std::optional<uint32_t> statRow;
  if (residual) statRow = statisticsOf(opIndex, op.output, block);

  const LinearCut& tiles = linearCut(opIndex);
  const uint32_t chunks = ceilDivide(in.panels, tiles.depthPanels);
  const uint32_t groups = ceilDivide(out.panels, tiles.columnTiles);
  chunks_[opIndex].resize(std::size_t{groups} * chunks);
  // A streamed operand is loaded once for as many column tiles as the accumulator holds.
  const uint32_t together =
      operand != nullptr
          ? 1
          : std::max(1U, plan_.accRows / (tiles.columnTiles * block.rows) - 1);
  // Nobody waits for the last operator but the end of the program.
  const bool last = operand != nullptr && chunks == 1 && !residual && result.resident == nullptr &&
                    step_ + 1 == order_.tasks.size();
  const bool first = stream_.freeAt(Queue::Matmul) == 0;
  const uint32_t piecePanels =
      ceilDivide(in.panels, first && chunks == 1 ? kStartPieces : kFirstTilePieces);

  for (uint32_t firstGroup = 0; firstGroup < groups; firstGroup += together) {
    const uint32_t lastGroup = std::min(groups, firstGroup + together);
    std::vector<uint32_t> sums;
    for (uint32_t group = firstGroup; group < lastGroup; ++group)
      sums.push_back(accumulator_.allocate(
          std::min(tiles.columnTiles, out.panels - group * tiles.columnTiles) * block.rows));

    for (uint32_t chunk = 0; chunk < chunks; ++chunk) {
      const uint32_t firstPanel = chunk * tiles.depthPanels;
      const uint32_t endPanel = std::min(in.panels, firstPanel + tiles.depthPanels);
      std::optional<uint32_t> slice;
      for (uint32_t group = firstGroup; group < lastGroup; ++group) {
        const Weights weights = placeWeights(opIndex, op, group, chunk);
        const bool inPieces = operand != nullptr && group == 0;
        const bool weightsToo = inPieces && first && chunks == 1;
        // Weights first: they wait for nothing, the operand perhaps for a store.
        if (!weightsToo) loadWeights(weights, 0, endPanel - firstPanel);
        if (operand == nullptr && !slice) {
          slice = streamed_.allocate((endPanel - firstPanel) * block.rows);
          load(op.input, *slice, firstPanel, endPanel - firstPanel, block.first, block.rows);
        }
        const Piece source{(operand != nullptr ? operand->address + firstPanel * block.rows
                                               : *slice),
                           block.rows, false};
        const Sums sum{sums[group - firstGroup], block.rows};
        const uint32_t firstTile = group * tiles.columnTiles;
        const bool finish = last && group + 1 == groups && !mustLoad && !weightsToo;
        for (uint32_t panel = firstPanel; panel < endPanel && !finish;) {
          const uint32_t next =
              inPieces ? std::min(endPanel, (panel / piecePanels + 1) * piecePanels) : endPanel;
          if (weightsToo) loadWeights(weights, panel, next);
          // The program's first panel comes in pieces of rows, too.
          const uint32_t most =
              weightsToo && panel == 0 && next == 1
                  ? static_cast<uint32_t>(std::max<uint64_t>(
                        plan_.dim, roundUp(ceilDivide(block.rows, kFirstRowPieces), plan_.dim)))
                  : block.rows;
          for (uint32_t row = 0; row < block.rows; row += most) {
            const uint32_t rows = std::min(most, block.rows - row);
            if (mustLoad && operand != nullptr)
              load(op.input, operand->address + panel * block.rows + row, panel, next - panel,
                   block.first + row, rows);
            multiply(weights, 0, weights.tiles, panel - firstPanel, next - firstPanel, panel != 0,
                     {source.address + row, source.stride, false}, rows,
                     {sum.address + row, sum.stride});
          }
          panel = next;
        }
        if (chunk + 1 == chunks) {
          mustLoad = false;
          if (finish)
            finishProgram(op, block, result, weights, firstTile, source, sum);
          else
            linearEpilogue(op, block, result, firstTile, weights.tiles, sum,
                           weights.address + weights.tiles * weights.depth, statRow);
          accumulator_.release(sum.address);
        }
        streamed_.release(weights.address);
      }
      if (slice) streamed_.release(*slice);
    }
  }
}

void Lowering::linearEpilogue(const Linear& op, const RowBlock& block, const Target& result,
                              uint32_t firstTile, uint32_t tiles, const Sums& sums,
                              uint32_t constAddr, std::optional<uint32_t> statRow) {
  Command command(epilogueOpcode(op));
  command.set(Field::AccAddr, sums.address)
      .set(Field::AccStride, sums.stride)
      .set(Field::ConstAddr, constAddr)
      .set(Field::Rows, block.rows)
      .set(Field::Panels, tiles);
  const Piece piece = place(result, block, firstTile, tiles);
  const bool wide = layout(op.output).wordsPerRow == 2;
  command.set(wide ? Field::Out16Addr : Field::OutAddr, piece.address)
      .set(wide ? Field::Out16Stride : Field::OutStride, piece.stride);

  std::optional<uint32_t> streamedIdentity;
  if (command.opcode() == Opcode::Requantize)
    command.set(wide ? Field::Out16 : Field::Out8, 1);
  if (command.opcode() == Opcode::Activation)
    command.set(Field::Function,
                static_cast<int64_t>(std::get<ActivationEpilogue>(op.epilogue).kind));
  if (command.opcode() == Opcode::Residual) {
    const TensorId identity = std::get<ResidualEpilogue>(op.epilogue).identity;
    const uint32_t stride = block.rows * layout(identity).wordsPerRow;
    uint32_t address = 0;
    if (const Resident* resident = heap_.use(identity, block.index, step_)) {
      address = resident->address + firstTile * stride;
    } else {
      streamedIdentity = address = streamed_.allocate(tiles * stride);
      load(identity, address, firstTile, tiles, block.first, block.rows);
    }
    command.set(Field::InAddr, address)
        .set(Field::InStride, stride)
        .set(Field::In16, layout(identity).wordsPerRow == 2);
    if (statRow)
      command.set(Field::Stats, 1)
          .set(Field::StatsInit, firstTile == 0)
          .set(Field::StatRow, *statRow);
  }
  stream_.emit(command);
  if (streamedIdentity) streamed_.release(*streamedIdentity);
  store(op.output, piece, firstTile, tiles, block.first, block.rows);
}

}  // namespace intformer
