#include <algorithm>

#include "sw/compiler/lowering.hpp"

namespace intformer {
namespace {

/// Array cycles that a matmul command should last at least: the cost of starting a vector command
/// and a load must disappear beside it.
constexpr uint32_t kCommandCycles = 512;
/// Pieces in which an operator's first tile takes its operand, so that it starts before the last
/// panel of the operand is there.
constexpr uint32_t kFirstTilePieces = 4;

}  // namespace

Lowering::LinearTiles& Lowering::linearTiles(uint32_t opIndex, const Linear& op) {
  LinearTiles& tiles = linearTiles_[opIndex];
  if (!tiles.chunks.empty()) return tiles;
  const uint32_t dim = plan_.dim;
  const uint32_t rows = std::min(tiling_.rowBlock, layout(op.input).rows);
  const uint32_t panels = layout(op.input).panels;
  const uint32_t outPanels = layout(op.output).panels;
  const uint32_t constants = constantBytes(epilogueOpcode(op));
  const uint32_t share = streamed_.size() / 4;  // four chunks under way: loading, waiting, in use

  uint32_t depth = share > constants ? (share - constants) / dim : 1;
  if (!tiling_.demandResident) depth = std::min(depth, share / rows);
  if (options_.depthPanels != 0) depth = options_.depthPanels;
  depth = std::clamp(depth, 1U, panels);
  const uint32_t chunks = ceilDivide(panels, depth);
  tiles.depthPanels = ceilDivide(panels, chunks);

  uint32_t group = ceilDivide(kCommandCycles, panels * std::max(rows, dim));
  group = std::min(group, plan_.accRows / (4 * rows));
  group = std::min(group, share / (panels * dim + constants));
  group = std::min(group, share / (2 * rows));
  group = std::min(group, results_.size() / (4 * rows * layout(op.output).wordsPerRow));
  if (options_.columnTiles != 0) group = options_.columnTiles;
  if (chunks > 1) group = 1;
  tiles.groupTiles = std::clamp(group, 1U, outPanels);
  tiles.chunks.resize(std::size_t{ceilDivide(outPanels, tiles.groupTiles)} * chunks);
  return tiles;
}

uint32_t Lowering::loadWeights(const Linear& op, LinearTiles& tiles, uint32_t group,
                               uint32_t chunk) {
  const uint32_t dim = plan_.dim;
  const TensorLayout& in = layout(op.input);
  const TensorLayout& out = layout(op.output);
  const uint32_t chunks = ceilDivide(in.panels, tiles.depthPanels);
  const uint32_t firstTile = group * tiles.groupTiles;
  const uint32_t tileCount = std::min(tiles.groupTiles, out.panels - firstTile);
  const uint32_t firstDepth = chunk * tiles.depthPanels * dim;
  const uint32_t depth = std::min(tiles.depthPanels * dim, in.panels * dim - firstDepth);
  const uint32_t constants = chunk + 1 == chunks ? constantBytes(epilogueOpcode(op)) : 0;
  const uint32_t words = tileCount * (depth + constants);

  auto& place = tiles.chunks[std::size_t{group} * chunks + chunk];
  if (!place)
    place = constants_.add(uint64_t{words} * dim, [=, &op, &in, &out](std::span<uint8_t> bytes) {
      for (uint32_t tile = 0; tile < tileCount; ++tile) {
        const std::size_t panelBytes = std::size_t{depth} * dim;
        fillWeights(op, in, out, dim, firstTile + tile, firstDepth, depth,
                    bytes.subspan(tile * panelBytes, panelBytes));
        if (constants != 0)
          fillLinearConstants(op, out, dim, firstTile + tile,
                              bytes.subspan(tileCount * panelBytes +
                                            std::size_t{tile} * constants * dim));
      }
    });
  const uint32_t address = streamed_.allocate(words);
  loadConstants(*place, address, words);
  return address;
}

void Lowering::lowerLinear(uint32_t opIndex, const Linear& op, const RowBlock& block) {
  const uint32_t dim = plan_.dim;
  const TensorLayout& in = layout(op.input);
  const TensorLayout& out = layout(op.output);
  const bool residual = std::holds_alternative<ResidualEpilogue>(op.epilogue);

  Resident* operand = heap_.use(op.input, block.index, step_);
  bool mustLoad = operand == nullptr;
  if (operand == nullptr)
    operand = heap_.allocate(op.input, block.index, in.panels * block.rows, step_);
  if (operand == nullptr && tiling_.demandResident)
    throw Unfit("an operand does not fit the scratchpad");
  const Target result = target(op.output, block);

  std::optional<uint32_t> statRow;
  if (residual) statRow = statisticsOf(opIndex, op.output, block);

  LinearTiles& tiles = linearTiles(opIndex, op);
  const uint32_t chunks = ceilDivide(in.panels, tiles.depthPanels);
  const uint32_t groups = ceilDivide(out.panels, tiles.groupTiles);
  // A streamed operand is loaded once for as many column tiles as the accumulator holds.
  const uint32_t together =
      operand != nullptr
          ? 1
          : std::max(1U, plan_.accRows / (tiles.groupTiles * block.rows) - 1);
  const uint32_t piecePanels = ceilDivide(in.panels, kFirstTilePieces);

  for (uint32_t firstGroup = 0; firstGroup < groups; firstGroup += together) {
    const uint32_t lastGroup = std::min(groups, firstGroup + together);
    std::vector<uint32_t> sums;
    for (uint32_t group = firstGroup; group < lastGroup; ++group)
      sums.push_back(accumulator_.allocate(
          std::min(tiles.groupTiles, out.panels - group * tiles.groupTiles) * block.rows));

    for (uint32_t chunk = 0; chunk < chunks; ++chunk) {
      const uint32_t firstPanel = chunk * tiles.depthPanels;
      const uint32_t endPanel = std::min(in.panels, firstPanel + tiles.depthPanels);
      std::optional<uint32_t> slice;
      for (uint32_t group = firstGroup; group < lastGroup; ++group) {
        // Weights first: they wait for nothing, the operand perhaps for a store.
        const uint32_t weights = loadWeights(op, tiles, group, chunk);
        if (operand == nullptr && !slice) {
          slice = streamed_.allocate((endPanel - firstPanel) * block.rows);
          load(op.input, *slice, firstPanel, endPanel - firstPanel, block.first, block.rows);
        }
        const uint32_t firstTile = group * tiles.groupTiles;
        const uint32_t tileCount = std::min(tiles.groupTiles, out.panels - firstTile);
        const bool inPieces = operand != nullptr && group == 0;
        for (uint32_t panel = firstPanel; panel < endPanel;) {
          const uint32_t next =
              inPieces ? std::min(endPanel, (panel / piecePanels + 1) * piecePanels) : endPanel;
          const uint32_t address = operand != nullptr
                                       ? operand->address + panel * block.rows
                                       : *slice + (panel - firstPanel) * block.rows;
          if (mustLoad && operand != nullptr)
            load(op.input, address, panel, next - panel, block.first, block.rows);
          stream_.emit(Command(Opcode::Matmul)
                           .set(Field::AAddr, address)
                           .set(Field::AStride, block.rows)
                           .set(Field::BAddr, weights + (panel - firstPanel) * dim)
                           .set(Field::BStride, (endPanel - firstPanel) * dim)
                           .set(Field::CAddr, sums[group - firstGroup])
                           .set(Field::CStride, block.rows)
                           .set(Field::MatmulRows, block.rows)
                           .set(Field::Depth, (next - panel) * dim)
                           .set(Field::Cols, tileCount * dim)
                           .set(Field::Accumulate, panel != 0));
          panel = next;
        }
        if (chunk + 1 == chunks) {
          mustLoad = false;
          const uint32_t sum = sums[group - firstGroup];
          linearEpilogue(op, block, result, firstTile, tileCount, sum,
                         weights + tileCount * (endPanel - firstPanel) * dim, statRow);
          accumulator_.release(sum);
        }
        streamed_.release(weights);
      }
      if (slice) streamed_.release(*slice);
    }
  }
}

void Lowering::linearEpilogue(const Linear& op, const RowBlock& block, const Target& result,
                              uint32_t firstTile, uint32_t tiles, uint32_t accAddr,
                              uint32_t constAddr, std::optional<uint32_t> statRow) {
  Command command(epilogueOpcode(op));
  command.set(Field::AccAddr, accAddr)
      .set(Field::AccStride, block.rows)
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
