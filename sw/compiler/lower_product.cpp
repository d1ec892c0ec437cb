#include <algorithm>

#include "gen/tables/operands.hpp"
#include "sw/compiler/cuts.hpp"
#include "sw/compiler/lowering.hpp"
#include "sw/compiler/pick.hpp"
#include "sw/compiler/transfers.hpp"

namespace intformer::compiler {
namespace {

/// Some column tiles of the right operand over some of the depth, and for the last of the depth their
/// constants.
struct RightChunk {
  uint32_t firstTile = 0, tiles = 0;
  uint32_t firstPanel = 0, panels = 0;  ///< of the left operand: the depth
  uint32_t depth = 0, cols = 0;         ///< of its matmul
  uint32_t words = 0;                   ///< in the scratchpad
  uint32_t stride = 0;                  ///< of its matmul: from panel to panel of the right operand
  uint32_t address = 0;
  bool loaded = false;
};

/// One block of rows of the left operand. The right one passes as a linear operator's weights do,
/// but lies as tensors do: a panel's rows are depth, or transposed a panel is depth and its rows are
/// columns of the result.
class ProductBlock {
 public:
  ProductBlock(Context& context, uint32_t index, const Product& op, const RowBlock& block)
      : context_(context), index_(index), op_(op), block_(block), left_(context.of(op.left)),
        right_(context.of(op.right)), out_(context.of(op.output)),
        cut_(std::get<LinearCut>(context.schedule.cuts[index])),
        chunks_(ceilDivide(left_.panels, cut_.depthPanels)),
        groups_(ceilDivide(out_.panels, cut_.columnTiles)),
        operand_(context.heap.use(op.left, block.index, context.work.step())),
        mustLoad_(operand_ == nullptr), result_(findTarget(context, op.output, block)) {
    // Left operands may be as wide as a sequence is long: what finds no room is streamed.
    const uint64_t words = uint64_t{left_.panels} * block.rows;
    if (mustLoad_ && keepsLeft(context.plan, context.schedule.frame, words))
      operand_ = context.heap.allocate(op.left, block.index, static_cast<uint32_t>(words),
                                       context.work.step());
    context.weights[index].resize(std::size_t{groups_} * chunks_);
  }
  void run();

 private:
  [[nodiscard]] RightChunk chunkAt(uint32_t group, uint32_t chunk) const;
  /// Finds a place for a chunk, and loads it where an earlier block's is not there any more.
  RightChunk loadRight(uint32_t group, uint32_t chunk);
  /// The same of the left operand's panels: all of the block's stay, or those of a chunk pass.
  Piece loadLeft(const RightChunk& right, std::optional<uint32_t>& slice);
  void finishTiles(const RightChunk& right, uint32_t sums);

  Context& context_;
  uint32_t index_;
  const Product& op_;
  const RowBlock& block_;
  const TensorLayout &left_, &right_, &out_;
  const LinearCut& cut_;
  uint32_t chunks_;  ///< of depth
  uint32_t groups_;  ///< of column tiles
  Resident* operand_;
  bool mustLoad_;  ///< the operand has a place and is not there yet
  Target result_;
};

RightChunk ProductBlock::chunkAt(uint32_t group, uint32_t chunk) const {
  const uint32_t dim = context_.plan.dim;
  RightChunk right;
  right.firstTile = group * cut_.columnTiles;
  right.tiles = std::min(cut_.columnTiles, out_.panels - right.firstTile);
  right.firstPanel = chunk * cut_.depthPanels;
  right.panels = std::min(cut_.depthPanels, left_.panels - right.firstPanel);
  const uint32_t rest = right_.rows - (op_.rightTransposed ? right.firstTile : right.firstPanel) * dim;
  if (op_.rightTransposed) {
    right.depth = right.panels * dim;
    right.cols = right.stride = std::min(right.tiles * dim, rest);
    right.words = right.panels * right.stride;
  } else {
    right.depth = right.stride = std::min(right.panels * dim, rest);
    right.cols = right.tiles * dim;
    right.words = right.tiles * right.stride;
  }
  return right;
}

RightChunk ProductBlock::loadRight(uint32_t group, uint32_t chunk) {
  RightChunk right = chunkAt(group, chunk);
  WeightChunk& known = context_.weights[index_][std::size_t{group} * chunks_ + chunk];
  right.loaded = context_.streamed.recall(known.address, known.ticket);
  if (!right.loaded) {
    known.address = context_.streamed.allocate(right.words);
    known.ticket = context_.streamed.ticket(known.address);
    const uint32_t dim = context_.plan.dim;
    load(context_, op_.right, known.address,
         op_.rightTransposed
             ? Part{right.firstPanel, right.panels, right.firstTile * dim, right.stride}
             : Part{right.firstTile, right.tiles, right.firstPanel * dim, right.stride});
  }
  right.address = known.address;
  return right;
}

Piece ProductBlock::loadLeft(const RightChunk& right, std::optional<uint32_t>& slice) {
  if (operand_ != nullptr) {
    const uint32_t address = operand_->address + right.firstPanel * block_.rows;
    if (mustLoad_)
      load(context_, op_.left, address, {right.firstPanel, right.panels, block_.first, block_.rows});
    return {address, block_.rows, false};
  }
  if (!slice) {
    slice = context_.streamed.allocate(right.panels * block_.rows);
    load(context_, op_.left, *slice, {right.firstPanel, right.panels, block_.first, block_.rows});
  }
  return {*slice, block_.rows, false};
}

void ProductBlock::finishTiles(const RightChunk& right, uint32_t sums) {
  const uint32_t record = constantBytes(Opcode::Requantize);
  const uint32_t constants = context_.streamed.allocate(right.tiles * record);
  loadConstants(context_,
                context_.constants.product(index_) +
                    uint64_t{right.firstTile} * record * context_.plan.dim,
                constants, right.tiles * record);
  const Piece piece = place(context_, result_, block_, right.firstTile, right.tiles);
  const bool wide = out_.wordsPerRow == 2;
  context_.stream.emit(Command(Opcode::Requantize)
                           .set(Field::AccAddr, sums)
                           .set(Field::AccStride, block_.rows)
                           .set(Field::ConstAddr, constants)
                           .set(Field::Rows, block_.rows)
                           .set(Field::Panels, right.tiles)
                           .set(wide ? Field::Out16Addr : Field::OutAddr, piece.address)
                           .set(wide ? Field::Out16Stride : Field::OutStride, piece.stride)
                           .set(wide ? Field::Out16 : Field::Out8, 1));
  context_.streamed.release(constants);
  store(context_, op_.output, piece, {right.firstTile, right.tiles, block_.first, block_.rows});
}

void ProductBlock::run() {
  // A streamed operand is loaded once for as many column tiles as the accumulator holds.
  const uint32_t together =
      operand_ != nullptr
          ? 1
          : std::max(1U, context_.plan.accRows / (cut_.columnTiles * block_.rows) - 1);
  for (uint32_t firstGroup = 0; firstGroup < groups_; firstGroup += together) {
    const uint32_t endGroup = std::min(groups_, firstGroup + together);
    std::vector<uint32_t> sums;
    for (uint32_t group = firstGroup; group < endGroup; ++group)
      sums.push_back(
          context_.accumulator.allocate(chunkAt(group, 0).tiles * block_.rows));
    for (uint32_t chunk = 0; chunk < chunks_; ++chunk) {
      std::optional<uint32_t> slice;  // of a streamed operand
      for (uint32_t group = firstGroup; group < endGroup; ++group) {
        const RightChunk right = loadRight(group, chunk);
        const Piece left = loadLeft(right, slice);
        context_.stream.emit(Command(Opcode::Matmul)
                                 .set(Field::AAddr, left.address)
                                 .set(Field::AStride, left.stride)
                                 .set(Field::BAddr, right.address)
                                 .set(Field::BStride, right.stride)
                                 .set(Field::CAddr, sums[group - firstGroup])
                                 .set(Field::CStride, block_.rows)
                                 .set(Field::MatmulRows, block_.rows)
                                 .set(Field::Depth, right.depth)
                                 .set(Field::Cols, right.cols)
                                 .set(Field::BTransposed, op_.rightTransposed)
                                 .set(Field::Accumulate, chunk != 0));
        context_.streamed.release(right.address);
        if (chunk + 1 != chunks_) continue;
        finishTiles(right, sums[group - firstGroup]);
        context_.accumulator.release(sums[group - firstGroup]);
      }
      if (slice) context_.streamed.release(*slice);
    }
    mustLoad_ = false;
  }
}

}  // namespace

void lowerProduct(Context& context, uint32_t index, const Product& op, const RowBlock& block) {
  ProductBlock(context, index, op, block).run();
  noteWritten(context, op.output, block.index);
}

}  // namespace intformer::compiler
