#include <algorithm>

#include "gen/tables/operands.hpp"
#include "sw/compiler/lowering.hpp"
#include "sw/compiler/transfers.hpp"

namespace intformer::compiler {
namespace {

/// Pieces in which an operator's first tile takes its operand, so that it starts before the last
/// panel of the operand is there.
constexpr uint32_t kFirstTilePieces = 4;
/// The same for the program's first tiles, whose weights come in pieces as well.
constexpr uint32_t kStartPieces = 16;
/// Pieces of a block's rows in the program's first panel, and in its last column tiles.
constexpr uint32_t kFirstRowPieces = 4;
constexpr uint32_t kLastRowPieces = 4;

/// A chunk of weights in the scratchpad, its constants behind them.
struct Weights : WeightRange {
  WeightPlace place;  ///< in memory
  uint32_t address = 0;
  bool loaded = false;

  [[nodiscard]] uint32_t constantsAddress() const { return address + tiles * depth; }
};

/// Sums of some column tiles in the accumulator.
struct Sums {
  uint32_t address = 0;
  uint32_t stride = 0;  ///< rows from tile to tile
};

/// One block of rows of one linear operator, while it is lowered.
class LinearBlock {
 public:
  LinearBlock(Context& context, uint32_t index, const Linear& op, const RowBlock& block);
  void run();

 private:
  void loadTable();
  /// Depth chunk `chunk` of a group of column tiles.
  void lowerChunk(uint32_t group, uint32_t chunk, const Sums& sums,
                  std::optional<uint32_t>& slice);
  /// Finds a place for a chunk; it is loaded when an earlier block's is still there.
  Weights placeWeights(uint32_t group, uint32_t chunk);
  /// Loads depth panels [first, end) of all tiles.
  void loadWeights(const Weights& weights, uint32_t firstPanel, uint32_t endPanel);
  /// Multiplies a chunk by all its panels, from `firstPanel` of the operand on; of the first tiles
  /// in pieces, with what must be loaded for them.
  void multiplyPanels(const Weights& weights, uint32_t firstPanel, const Piece& source,
                      const Sums& sums, bool inPieces, bool weightsToo);
  void multiply(const Weights& weights, uint32_t firstTile, uint32_t tiles, uint32_t firstPanel,
                uint32_t endPanel, bool accumulate, const Piece& operand, uint32_t rows,
                const Sums& sums);
  /// The operator's last column tiles, finely cut, so that little is left when the array ends.
  void finishProgram(const Weights& weights, const Piece& operand, const Sums& sums);
  /// The vector command of some column tiles and rows, and its store.
  void finishTiles(const RowBlock& rows, uint32_t firstTile, uint32_t tiles, const Sums& sums,
                   uint32_t constants);
  /// Adds the identity to a residual; returns what to release behind it.
  std::optional<uint32_t> addIdentity(Command& command, const RowBlock& rows, uint32_t firstTile,
                                      uint32_t tiles);
  /// `count` pieces of the block's rows: rows of each, whole tiles.
  [[nodiscard]] uint32_t rowsOfPiece(uint32_t count) const {
    return std::max(context_.plan.dim, static_cast<uint32_t>(roundUp(
                                           ceilDivide(block_.rows, count), context_.plan.dim)));
  }

  Context& context_;
  uint32_t index_;
  const Linear& op_;
  const RowBlock& block_;
  const TensorLayout& in_;
  const TensorLayout& out_;
  const LinearCut& cut_;
  uint32_t chunks_;  ///< of depth
  uint32_t groups_;  ///< of column tiles
  Resident* operand_;
  bool mustLoad_;  ///< the operand has a place and is not there yet
  Target result_;
  std::optional<uint32_t> statRow_;
  bool first_;  ///< of the program
  bool last_;   ///< of the program: nobody waits for it but the end
};

LinearBlock::LinearBlock(Context& context, uint32_t index, const Linear& op,
                         const RowBlock& block)
    : context_(context), index_(index), op_(op), block_(block), in_(context.of(op.input)),
      out_(context.of(op.output)), cut_(std::get<LinearCut>(context.schedule.cuts[index])),
      chunks_(ceilDivide(in_.panels, cut_.depthPanels)),
      groups_(ceilDivide(out_.panels, cut_.columnTiles)),
      operand_(context.heap.use(op.input, block.index, context.work.step())),
      mustLoad_(operand_ == nullptr), first_(context.work.step() == 0) {
  if (mustLoad_)
    operand_ = context.heap.allocate(op.input, block.index, in_.panels * block.rows,
                                     context.work.step());
  if (operand_ == nullptr && context.resident())
    throw Unfit("an operand does not fit the scratchpad");
  result_ = findTarget(context, op.output, block);
  const bool residual = std::holds_alternative<ResidualEpilogue>(op.epilogue);
  if (residual) statRow_ = gatherFor(context, index, op.output, block);
  last_ = operand_ != nullptr && chunks_ == 1 && !residual && result_.resident == nullptr &&
          context.work.last();
  context.weights[index].resize(std::size_t{groups_} * chunks_);
}

/// Brings the table of its activation to the vector unit, unless it is there.
void LinearBlock::loadTable() {
  const auto kind = tableOf(op_);
  if (!kind || context_.table == kind) return;
  const uint32_t address = context_.streamed.allocate(ActivationTable::kSegments);
  loadConstants(context_, context_.constants.table(*kind), address, ActivationTable::kSegments);
  context_.stream.emit(Command(Opcode::ActivationTable)
                           .set(Field::InAddr, address)
                           .set(Field::Rows, ActivationTable::kSegments)
                           .set(Field::Panels, 1));
  context_.streamed.release(address);
  context_.table = kind;
}

void LinearBlock::run() {
  loadTable();
  // A streamed operand is loaded once for as many column tiles as the accumulator holds.
  const uint32_t together =
      operand_ != nullptr
          ? 1
          : std::max(1U, context_.plan.accRows / (cut_.columnTiles * block_.rows) - 1);
  for (uint32_t firstGroup = 0; firstGroup < groups_; firstGroup += together) {
    const uint32_t endGroup = std::min(groups_, firstGroup + together);
    std::vector<Sums> sums;
    for (uint32_t group = firstGroup; group < endGroup; ++group) {
      const uint32_t tiles = std::min(cut_.columnTiles, out_.panels - group * cut_.columnTiles);
      sums.push_back({context_.accumulator.allocate(tiles * block_.rows), block_.rows});
    }
    for (uint32_t chunk = 0; chunk < chunks_; ++chunk) {
      std::optional<uint32_t> slice;  // of a streamed operand
      for (uint32_t group = firstGroup; group < endGroup; ++group)
        lowerChunk(group, chunk, sums[group - firstGroup], slice);
      if (slice) context_.streamed.release(*slice);
    }
  }
}

void LinearBlock::lowerChunk(uint32_t group, uint32_t chunk, const Sums& sums,
                             std::optional<uint32_t>& slice) {
  const Weights weights = placeWeights(group, chunk);
  const uint32_t firstPanel = chunk * cut_.depthPanels;
  const uint32_t panels = weights.depth / context_.plan.dim;
  const bool inPieces = operand_ != nullptr && group == 0;
  const bool weightsToo = inPieces && first_ && chunks_ == 1;
  // Weights first: they wait for nothing, the operand perhaps for a store.
  if (!weightsToo) loadWeights(weights, 0, panels);
  if (operand_ == nullptr && !slice) {
    slice = context_.streamed.allocate(panels * block_.rows);
    load(context_, op_.input, *slice, {firstPanel, panels, block_.first, block_.rows});
  }
  const uint32_t address =
      operand_ != nullptr ? operand_->address + firstPanel * block_.rows : *slice;
  const Piece source{address, block_.rows, false};
  const bool whole = chunk + 1 == chunks_;
  if (last_ && group + 1 == groups_ && !mustLoad_ && !weightsToo) {
    finishProgram(weights, source, sums);
  } else {
    multiplyPanels(weights, firstPanel, source, sums, inPieces, weightsToo);
    if (whole)
      finishTiles(block_, weights.firstTile, weights.tiles, sums, weights.constantsAddress());
  }
  if (whole) {
    mustLoad_ = false;
    context_.accumulator.release(sums.address);
  }
  context_.streamed.release(weights.address);
}

Weights LinearBlock::placeWeights(uint32_t group, uint32_t chunk) {
  const uint32_t dim = context_.plan.dim;
  Weights weights;
  weights.firstTile = group * cut_.columnTiles;
  weights.tiles = std::min(cut_.columnTiles, out_.panels - weights.firstTile);
  weights.firstDepth = chunk * cut_.depthPanels * dim;
  weights.depth = std::min(cut_.depthPanels * dim, in_.panels * dim - weights.firstDepth);
  weights.constants = chunk + 1 == chunks_ ? constantBytes(epilogueOpcode(op_)) : 0;
  WeightChunk& known = context_.weights[index_][std::size_t{group} * chunks_ + chunk];
  weights.place = context_.constants.weights(index_, weights, known.place);
  weights.loaded = context_.streamed.recall(known.address, known.ticket);
  if (!weights.loaded) {
    known.address =
        context_.streamed.allocate(weights.tiles * (weights.depth + weights.constants));
    known.ticket = context_.streamed.ticket(known.address);
  }
  weights.address = known.address;
  return weights;
}

void LinearBlock::loadWeights(const Weights& weights, uint32_t firstPanel, uint32_t endPanel) {
  const uint32_t dim = context_.plan.dim;
  if (weights.loaded) return;
  const WeightPlace& memory = weights.place;
  const uint32_t constants = weights.tiles * weights.constants;
  const uint32_t words = weights.tiles * weights.depth;
  const bool apart = memory.pitch != 0 && weights.tiles != 1;
  const bool last = endPanel * dim == weights.depth;
  if (firstPanel == 0 && last && !apart)  // all at once
    return loadConstants(context_, memory.weights, weights.address, words + constants);
  loadConstants(context_,
                {.offset = memory.weights + uint64_t{firstPanel} * dim * dim,
                 .pitch = apart ? memory.pitch : uint64_t{weights.depth} * dim,
                 .count = weights.tiles,
                 .words = (endPanel - firstPanel) * dim},
                weights.address + firstPanel * dim, weights.depth);
  if (!last || constants == 0) return;
  if (apart)
    loadConstants(context_,
                  {.offset = memory.constants,
                   .pitch = memory.pitch,
                   .count = weights.tiles,
                   .words = weights.constants},
                  weights.constantsAddress(), weights.constants);
  else
    loadConstants(context_, memory.constants, weights.constantsAddress(), constants);
}

void LinearBlock::multiplyPanels(const Weights& weights, uint32_t firstPanel, const Piece& source,
                                 const Sums& sums, bool inPieces, bool weightsToo) {
  const uint32_t endPanel = firstPanel + weights.depth / context_.plan.dim;
  const uint32_t pieces = first_ && chunks_ == 1 ? kStartPieces : kFirstTilePieces;
  const uint32_t piecePanels = ceilDivide(in_.panels, pieces);
  for (uint32_t panel = firstPanel; panel < endPanel;) {
    const uint32_t next =
        inPieces ? std::min(endPanel, (panel / piecePanels + 1) * piecePanels) : endPanel;
    if (weightsToo) loadWeights(weights, panel, next);
    // The program's first panel comes in pieces of rows, too.
    const uint32_t most =
        weightsToo && panel == 0 && next == 1 ? rowsOfPiece(kFirstRowPieces) : block_.rows;
    for (uint32_t row = 0; row < block_.rows; row += most) {
      const uint32_t rows = std::min(most, block_.rows - row);
      if (mustLoad_ && operand_ != nullptr)
        load(context_, op_.input, operand_->address + panel * block_.rows + row,
             {panel, next - panel, block_.first + row, rows});
      multiply(weights, 0, weights.tiles, panel - firstPanel, next - firstPanel, panel != 0,
               {source.address + row, source.stride, false}, rows,
               {sums.address + row, sums.stride});
    }
    panel = next;
  }
}

void LinearBlock::multiply(const Weights& weights, uint32_t firstTile, uint32_t tiles,
                           uint32_t firstPanel, uint32_t endPanel, bool accumulate,
                           const Piece& operand, uint32_t rows, const Sums& sums) {
  const uint32_t dim = context_.plan.dim;
  const uint32_t weightsAddress = weights.address + firstTile * weights.depth + firstPanel * dim;
  context_.stream.emit(Command(Opcode::Matmul)
                           .set(Field::AAddr, operand.address + firstPanel * operand.stride)
                           .set(Field::AStride, operand.stride)
                           .set(Field::BAddr, weightsAddress)
                           .set(Field::BStride, weights.depth)
                           .set(Field::CAddr, sums.address)
                           .set(Field::CStride, sums.stride)
                           .set(Field::MatmulRows, rows)
                           .set(Field::Depth, (endPanel - firstPanel) * dim)
                           .set(Field::Cols, tiles * dim)
                           .set(Field::Accumulate, accumulate));
}

void LinearBlock::finishProgram(const Weights& weights, const Piece& operand, const Sums& sums) {
  const uint32_t most = rowsOfPiece(kLastRowPieces);
  for (uint32_t tile = 0; tile < weights.tiles; ++tile)
    for (uint32_t row = 0; row < block_.rows; row += most) {
      const uint32_t rows = std::min(most, block_.rows - row);
      const Sums part{sums.address + tile * sums.stride + row, sums.stride};
      multiply(weights, tile, 1, 0, weights.depth / context_.plan.dim, false,
               {operand.address + row, operand.stride, false}, rows, part);
      finishTiles({block_.index, block_.first + row, rows}, weights.firstTile + tile, 1, part,
                  weights.constantsAddress() + tile * weights.constants);
    }
}

void LinearBlock::finishTiles(const RowBlock& rows, uint32_t firstTile, uint32_t tiles,
                              const Sums& sums, uint32_t constants) {
  Command command(epilogueOpcode(op_));
  command.set(Field::AccAddr, sums.address)
      .set(Field::AccStride, sums.stride)
      .set(Field::ConstAddr, constants)
      .set(Field::Rows, rows.rows)
      .set(Field::Panels, tiles);
  const Piece piece = place(context_, result_, rows, firstTile, tiles);
  const bool wide = out_.wordsPerRow == 2;
  command.set(wide ? Field::Out16Addr : Field::OutAddr, piece.address)
      .set(wide ? Field::Out16Stride : Field::OutStride, piece.stride);
  std::optional<uint32_t> passing;
  match(
      op_.epilogue,
      [&](const RequantizeEpilogue&) { command.set(wide ? Field::Out16 : Field::Out8, 1); },
      [&](const ActivationEpilogue& activation) {
        if (activation.kind != ActivationKind::Gelu)
          command.set(Field::Function, tableForm(activation.kind) == TableForm::Odd ? 2 : 1);
      },
      [&](const ResidualEpilogue&) { passing = addIdentity(command, rows, firstTile, tiles); });
  context_.stream.emit(command);
  if (passing) context_.streamed.release(*passing);
  store(context_, op_.output, piece, {firstTile, tiles, rows.first, rows.rows});
}

std::optional<uint32_t> LinearBlock::addIdentity(Command& command, const RowBlock& rows,
                                                 uint32_t firstTile, uint32_t tiles) {
  const TensorId identity = std::get<ResidualEpilogue>(op_.epilogue).identity;
  const uint32_t width = context_.of(identity).wordsPerRow;
  const uint32_t stride = rows.rows * width;
  std::optional<uint32_t> passing;
  uint32_t address = 0;
  if (const Resident* resident = context_.heap.use(identity, rows.index, context_.work.step())) {
    address = resident->address + firstTile * stride;
  } else {
    passing = address = context_.streamed.allocate(tiles * stride);
    load(context_, identity, address, {firstTile, tiles, rows.first, rows.rows});
  }
  command.set(Field::InAddr, address)
      .set(Field::InStride, stride)
      .set(Field::In16, width == 2);
  if (statRow_)
    command.set(Field::Stats, 1)
        .set(Field::StatsInit, firstTile == 0)
        .set(Field::StatRow, *statRow_);
  return passing;
}

}  // namespace

void lowerLinear(Context& context, uint32_t index, const Linear& op, const RowBlock& block) {
  LinearBlock(context, index, op, block).run();
}

}  // namespace intformer::compiler
