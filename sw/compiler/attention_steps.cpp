#include "sw/compiler/attention_steps.hpp"

#include <algorithm>

#include "sw/compiler/mask_parts.hpp"
#include "sw/compiler/transfers.hpp"

namespace intformer::compiler {
namespace {

/// What row_max and exp share, for the rows of one part of a piece's mask.
Command maskedRows(Opcode opcode, const MaskPart& part, Scale scale, uint32_t logits,
                   uint32_t stride, uint32_t statRow, bool opens) {
  return Command(opcode)
      .set(Field::AccAddr, logits + part.offset)
      .set(Field::AccStride, stride)
      .set(Field::Rows, part.rows)
      .set(Field::StatRow, statRow + part.offset)
      .set(Field::RowPosition, part.rowPosition)
      .set(Field::ColumnPosition, part.columnPosition)
      .set(Field::StatsInit, opens)
      .set(Field::LowMoves, part.lowMoves)
      .set(Field::HighMoves, part.highMoves)
      .set(Field::ValidLow, part.low)
      .set(Field::ValidHigh, part.high)
      .set(Field::Multiplier, scale.multiplier)
      .set(Field::Shift, scale.shift);
}

/// Pieces of the resident blocks of neighbouring rows; none where one is not there, or begins inside
/// of a tile.
std::vector<HeadPiece> residentPieces(Context& context, TensorId tensor, uint32_t head,
                                      uint32_t first, uint32_t rows, uint32_t panel) {
  const TensorLayout& shape = context.of(tensor);
  const uint32_t panels = context.headPanels(tensor);
  std::vector<HeadPiece> pieces;
  for (uint32_t row = first; row < first + rows;) {
    const RowBlock block = context.block(row / context.schedule.frame.rowBlock, shape.rows);
    const uint32_t end = std::min(first + rows, block.first + block.rows);
    const Resident* resident = context.heap.use(tensor, block.index, context.work.step());
    const bool whole = end == first + rows || (end - row) % context.plan.dim == 0;  // tiles
    if (resident == nullptr || !whole) return {};
    pieces.push_back({resident->address + head * panels * block.rows + (row - block.first),
                      block.rows, panel + (row - first) / context.plan.dim, end - row});
    row = end;
  }
  return pieces;
}

/// Adds rows [first, first + rows) of a head of a set.
void find(Context& context, HeadOperand& found, TensorId tensor, uint32_t head, const RowSet& set,
          const KeyPiece& rows, bool mayStay) {
  if (mayStay && set.isRange()) {
    const auto pieces =
        residentPieces(context, tensor, head, set.at(rows.first), rows.rows, rows.panel);
    found.pieces.insert(found.pieces.end(), pieces.begin(), pieces.end());
    if (!pieces.empty()) return;
  }
  const uint32_t panels = context.headPanels(tensor);
  const uint32_t address = context.streamed.allocate(panels * rows.rows);
  loadRows(context, tensor, address, {head * panels, panels, set, rows.first, rows.rows});
  found.pieces.push_back({address, rows.rows, rows.panel, rows.rows});
  found.loaded.push_back(address);
}

}  // namespace

HeadOperand findQueries(Context& context, const Attention& op, const AttentionStep& step,
                        bool mayStay) {
  HeadOperand found;
  const KeyPiece rows{.first = step.queries.first, .rows = step.queries.rows};
  find(context, found, op.query, step.queries.head, op.queries(), rows, mayStay);
  return found;
}

HeadOperand findKeys(Context& context, const Attention& op, const AttentionStep& step,
                     const KeyPlan& plan, TensorId KeySegment::*tensor, bool mayStay) {
  HeadOperand found;
  for (const KeyPiece& piece : plan) {
    const KeySegment& segment = op.segments[piece.segment];
    find(context, found, segment.*tensor, op.keyHead(step.queries.head), segment.set(), piece,
         mayStay);
  }
  return found;
}

void releaseHead(Context& context, HeadOperand& operand) {
  for (const uint32_t address : operand.loaded) context.streamed.release(address);
  operand = {};
}

void emitLogits(Context& context, const Attention& op, AttentionStep& step,
                const HeadOperand& query, const HeadOperand& keys, const KeyPlan& plan) {
  const uint32_t rows = step.queries.rows;
  step.logits = context.accumulator.allocate(panelsOf(plan, context.plan.dim) * rows);
  for (const HeadPiece& piece : keys.pieces)
    context.stream.emit(Command(Opcode::Matmul)
                            .set(Field::AAddr, query.pieces.front().address)
                            .set(Field::AStride, query.pieces.front().stride)
                            .set(Field::BAddr, piece.address)
                            .set(Field::BStride, piece.stride)
                            .set(Field::CAddr, step.logits + piece.panel * rows)
                            .set(Field::CStride, rows)
                            .set(Field::MatmulRows, rows)
                            .set(Field::Depth, context.of(op.query).groupStride)
                            .set(Field::Cols, piece.rows)
                            .set(Field::BTransposed, 1));
}

void emitMaximum(Context& context, const Attention& op, const AttentionStep& step,
                 const KeyPlan& plan, bool opens) {
  const QueryRows& queries = step.queries;
  for (const KeyPiece& piece : plan) {
    for (const MaskPart& part : maskParts(op, piece, queries.first, queries.rows))
      context.stream.emit(maskedRows(Opcode::RowMax, part, op.logit[queries.head],
                                     step.logits + piece.panel * queries.rows, queries.rows,
                                     step.statRow, opens)
                              .set(Field::Panels, ceilDivide(piece.rows, context.plan.dim)));
    opens = false;
  }
}

void emitWeights(Context& context, const Attention& op, AttentionStep& step, const KeyPlan& plan,
                 bool opens) {
  const QueryRows& queries = step.queries;
  const uint32_t rows = queries.rows, dim = context.plan.dim;
  step.weights = context.results.allocate(panelsOf(plan, dim) * rows);
  for (const KeyPiece& piece : plan) {
    for (const MaskPart& part : maskParts(op, piece, queries.first, rows))
      context.stream.emit(
          maskedRows(Opcode::Exp, part, op.logit[queries.head], step.logits + piece.panel * rows,
                     rows, step.statRow, opens)
              .set(Field::OutAddr, step.weights + piece.panel * rows + part.offset)
              .set(Field::OutStride, rows)
              .set(Field::Panels, ceilDivide(piece.rows, dim))
              .set(Field::Dither, op.dither));
    opens = false;
  }
  context.accumulator.release(step.logits);
  if (!keepsWeights(op, context.layout)) return;
  // They stay until the product has read them.
  for (const KeyPiece& piece : plan)
    store(context, op.weights, Piece{step.weights + piece.panel * rows, rows, false},
          Part{piece.first / dim, ceilDivide(piece.rows, dim),
               queries.head * op.rows + queries.first, rows});
}

void emitProduct(Context& context, const Attention& op, AttentionStep& step,
                 const HeadOperand& values, bool opens) {
  const uint32_t rows = step.queries.rows;
  for (const HeadPiece& piece : values.pieces) {
    context.stream.emit(Command(Opcode::Matmul)
                            .set(Field::AAddr, step.weights + piece.panel * rows)
                            .set(Field::AStride, rows)
                            .set(Field::BAddr, piece.address)
                            .set(Field::BStride, piece.stride)
                            .set(Field::CAddr, step.sums)
                            .set(Field::CStride, rows)
                            .set(Field::MatmulRows, rows)
                            .set(Field::Depth, piece.rows)
                            .set(Field::Cols, context.of(op.query).groupStride)
                            .set(Field::AUnsigned, 1)
                            .set(Field::Accumulate, !opens));
    opens = false;
  }
  context.results.release(step.weights);
}

void emitScalars(Context& context, const Attention& op, const AttentionStep& step) {
  const Scale scale = op.result[step.queries.head];
  context.stream.emit(Command(Opcode::RowScalarSoftmax)
                          .set(Field::Rows, step.queries.rows)
                          .set(Field::StatRow, step.statRow)
                          .set(Field::Multiplier, scale.multiplier)
                          .set(Field::Shift, scale.shift));
}

void emitResult(Context& context, const Attention& op, AttentionStep& step) {
  const QueryRows& queries = step.queries;
  const TensorLayout& out = context.of(op.output);
  const uint32_t panels = context.headPanels(op.output);
  const uint32_t firstPanel = queries.head * panels;
  const uint32_t rows = queries.rows;
  const Resident* resident =
      queries.block == QueryRows::kNoBlock
          ? nullptr
          : context.heap.use(op.output, queries.block, context.work.step());
  Piece piece;
  if (resident != nullptr) {
    const RowBlock block = context.block(queries.block, out.rows);
    piece = {resident->address + firstPanel * block.rows +
                 (op.firstRow + queries.first - block.first),
             block.rows, false};
  } else {
    piece = {context.results.allocate(panels * rows), rows, true};
  }
  context.stream.emit(Command(Opcode::RowNormalize)
                          .set(Field::AccAddr, step.sums)
                          .set(Field::AccStride, rows)
                          .set(Field::OutAddr, piece.address)
                          .set(Field::OutStride, piece.stride)
                          .set(Field::Rows, rows)
                          .set(Field::Panels, panels)
                          .set(Field::StatRow, step.statRow));
  context.accumulator.release(step.sums);
  context.statistics.release(step.statRow);
  storeRows(context, op.output, piece, {firstPanel, panels, op.queries(), queries.first, rows});
}

}  // namespace intformer::compiler
