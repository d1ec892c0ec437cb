#include "sw/compiler/attention_steps.hpp"

#include <algorithm>

#include "sw/compiler/transfers.hpp"

namespace intformer::compiler {
namespace {

/// Rows [offset, offset + rows) of a step under one form of the mask.
struct MaskPart {
  uint32_t offset = 0;
  uint32_t rows = 0;
  int32_t low = 0;
  int32_t high = 0;
  bool highMoves = false;
};

int32_t clamp16(int64_t value) {
  return static_cast<int32_t>(std::clamp<int64_t>(value, -32768, 32767));
}

/// The commands know nothing of the number of keys: an end that moves beyond it stops at it.
std::vector<MaskPart> maskParts(const Mask& mask, uint32_t keys, uint32_t firstRow, uint32_t rows) {
  const int32_t low = clamp16(mask.low);
  if (!mask.highMoves)
    return {{0, rows, low, clamp16(std::min<int64_t>(mask.high, keys)), false}};
  std::vector<MaskPart> parts;
  const int64_t lastMoving = int64_t{keys} - mask.high;  // i <= lastMoving: high + i <= keys
  const auto moving =
      static_cast<uint32_t>(std::clamp<int64_t>(lastMoving + 1 - firstRow, 0, rows));
  if (moving > 0) parts.push_back({0, moving, low, clamp16(mask.high), true});
  if (moving < rows)
    parts.push_back({moving, rows - moving, low, static_cast<int32_t>(keys), false});
  return parts;
}

/// What row_max and exp share, for the rows of one part of the mask.
Command maskedRows(Opcode opcode, const Attention& op, const MaskPart& part, Scale scale,
                   uint32_t position, uint32_t firstKey) {
  return Command(opcode)
      .set(Field::Rows, part.rows)
      .set(Field::RowPosition, position)
      .set(Field::ColumnPosition, firstKey)
      .set(Field::StatsInit, firstKey == 0)
      .set(Field::LowMoves, op.mask.lowMoves)
      .set(Field::HighMoves, part.highMoves)
      .set(Field::ValidLow, part.low)
      .set(Field::ValidHigh, part.high)
      .set(Field::Multiplier, scale.multiplier)
      .set(Field::Shift, scale.shift);
}

}  // namespace

HeadOperand loadHead(Context& context, TensorId tensor, uint32_t head, uint32_t firstRow,
                     uint32_t rows) {
  const uint32_t panels = context.headPanels(tensor);
  const uint32_t address = context.streamed.allocate(panels * rows);
  load(context, tensor, address, {head * panels, panels, firstRow, rows});
  return {.pieces = {{address, rows, 0, rows}}, .loaded = true};
}

HeadOperand findHead(Context& context, TensorId tensor, uint32_t head, uint32_t firstRow,
                     uint32_t rows) {
  const TensorLayout& shape = context.of(tensor);
  const uint32_t panels = context.headPanels(tensor);
  HeadOperand found;
  for (uint32_t row = firstRow; row < firstRow + rows;) {
    const RowBlock block = context.block(row / context.schedule.frame.rowBlock, shape.rows);
    const uint32_t end = std::min(firstRow + rows, block.first + block.rows);
    const Resident* resident = context.heap.use(tensor, block.index, context.work.step());
    const bool whole = end == firstRow + rows || (end - row) % context.plan.dim == 0;  // tiles
    if (resident == nullptr || !whole) return loadHead(context, tensor, head, firstRow, rows);
    found.pieces.push_back({resident->address + head * panels * block.rows + (row - block.first),
                            block.rows, row - firstRow, end - row});
    row = end;
  }
  return found;
}

void releaseHead(Context& context, HeadOperand& operand) {
  if (operand.loaded) context.streamed.release(operand.pieces.front().address);
  operand = {};
}

void emitLogits(Context& context, const Attention& op, AttentionStep& step,
                const HeadOperand& query, const HeadOperand& keys, uint32_t keyCount) {
  const uint32_t dim = context.plan.dim;
  const uint32_t rows = step.queries.rows;
  step.logits = context.accumulator.allocate(ceilDivide(keyCount, dim) * rows);
  for (const HeadPiece& piece : keys.pieces)
    context.stream.emit(Command(Opcode::Matmul)
                            .set(Field::AAddr, query.pieces.front().address)
                            .set(Field::AStride, query.pieces.front().stride)
                            .set(Field::BAddr, piece.address)
                            .set(Field::BStride, piece.stride)
                            .set(Field::CAddr, step.logits + piece.first / dim * rows)
                            .set(Field::CStride, rows)
                            .set(Field::MatmulRows, rows)
                            .set(Field::Depth, context.of(op.query).groupStride)
                            .set(Field::Cols, piece.rows)
                            .set(Field::BTransposed, 1));
}

void emitMaximum(Context& context, const Attention& op, const AttentionStep& step,
                 const KeyRange& keys) {
  const uint32_t position = step.queries.first - op.firstRow;
  for (const MaskPart& part : maskParts(op.mask, op.rows, position, step.queries.rows))
    context.stream.emit(maskedRows(Opcode::RowMax, op, part, op.logit[step.head],
                                   position + part.offset, keys.first)
                            .set(Field::AccAddr, step.logits + part.offset)
                            .set(Field::AccStride, step.queries.rows)
                            .set(Field::Panels, ceilDivide(keys.count, context.plan.dim))
                            .set(Field::StatRow, step.statRow + part.offset));
}

void emitWeights(Context& context, const Attention& op, AttentionStep& step, const KeyRange& keys) {
  const uint32_t rows = step.queries.rows;
  const uint32_t panels = ceilDivide(keys.count, context.plan.dim);
  const uint32_t position = step.queries.first - op.firstRow;
  step.weights = context.results.allocate(panels * rows);
  for (const MaskPart& part : maskParts(op.mask, op.rows, position, rows))
    context.stream.emit(maskedRows(Opcode::Exp, op, part, op.logit[step.head],
                                   position + part.offset, keys.first)
                            .set(Field::AccAddr, step.logits + part.offset)
                            .set(Field::AccStride, rows)
                            .set(Field::OutAddr, step.weights + part.offset)
                            .set(Field::OutStride, rows)
                            .set(Field::Panels, panels)
                            .set(Field::StatRow, step.statRow + part.offset)
                            .set(Field::Dither, op.dither));
  context.accumulator.release(step.logits);
  // Stays until the product has read it.
  store(context, op.weights, {step.weights, rows, false},
        {keys.first / context.plan.dim, panels, step.head * op.rows + position, rows});
}

void emitProduct(Context& context, const Attention& op, AttentionStep& step,
                 const HeadOperand& values, const KeyRange& keys) {
  const uint32_t rows = step.queries.rows;
  for (const HeadPiece& piece : values.pieces)
    context.stream.emit(Command(Opcode::Matmul)
                            .set(Field::AAddr, step.weights + piece.first / context.plan.dim * rows)
                            .set(Field::AStride, rows)
                            .set(Field::BAddr, piece.address)
                            .set(Field::BStride, piece.stride)
                            .set(Field::CAddr, step.sums)
                            .set(Field::CStride, rows)
                            .set(Field::MatmulRows, rows)
                            .set(Field::Depth, piece.rows)
                            .set(Field::Cols, context.of(op.value).groupStride)
                            .set(Field::AUnsigned, 1)
                            .set(Field::Accumulate, keys.first + piece.first != 0));
  context.results.release(step.weights);
}

void emitScalars(Context& context, const Attention& op, const AttentionStep& step) {
  const Scale scale = op.result[step.head];
  context.stream.emit(Command(Opcode::RowScalarSoftmax)
                          .set(Field::Rows, step.queries.rows)
                          .set(Field::StatRow, step.statRow)
                          .set(Field::Multiplier, scale.multiplier)
                          .set(Field::Shift, scale.shift));
}

void emitResult(Context& context, const Attention& op, AttentionStep& step) {
  const TensorLayout& out = context.of(op.output);
  const uint32_t panels = context.headPanels(op.output);
  const uint32_t firstPanel = step.head * panels;
  const uint32_t rows = step.queries.rows;
  Piece piece;
  if (const Resident* resident =
          context.heap.use(op.output, step.queries.index, context.work.step())) {
    const RowBlock block = context.block(step.queries.index, out.rows);
    piece = {resident->address + firstPanel * block.rows + (step.queries.first - block.first),
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
  store(context, op.output, piece, {firstPanel, panels, step.queries.first, rows});
}

}  // namespace intformer::compiler
