#include "sw/compiler/attention_steps.hpp"

#include <algorithm>
#include <utility>

#include "sw/compiler/mask_parts.hpp"
#include "sw/compiler/transfers.hpp"

namespace intformer::compiler {
namespace {

/// Logits that were kept are taken as they are: 16 * t * 2^15 / 2^19.
constexpr Scale kKept{.multiplier = 0x8000, .shift = 19};

/// What row_max and exp share, for the rows of one part of a piece's mask.
Command maskedRows(Opcode opcode, const AttentionStep& step, const KeyPiece& piece,
                   const MaskPart& part, Scale scale, uint32_t dim, bool opens) {
  return Command(opcode)
      .set(Field::Rows, part.rows)
      .set(Field::Panels, ceilDivide(piece.rows, dim))
      .set(Field::StatRow, step.statRow + part.offset)
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

/// Loads rows of a head of a set, behind each other; returns their address.
uint32_t loadRowsOf(Context& context, TensorId tensor, uint32_t head, const RowSet& set,
                    uint32_t first, uint32_t rows) {
  const uint32_t panels = context.headPanels(tensor);
  const uint32_t address = context.streamed.allocate(panels * rows);
  loadRows(context, tensor, address, {head * panels, panels, set, first, rows});
  return address;
}

/// The sums that logits are made of.
Command& readSums(Command& command, const AttentionStep& step, const KeyPiece& piece,
                  const MaskPart& part) {
  const uint32_t rows = step.queries.rows;
  return command.set(Field::AccAddr, step.logits + piece.panel * rows + part.offset)
      .set(Field::AccStride, rows);
}

/// Where logits are kept: two words of a row.
uint32_t keptAt(const AttentionStep& step, const KeyPiece& piece, const MaskPart& part) {
  return step.weights + 2 * (piece.panel * step.queries.rows + part.offset);
}

/// Words from panel to panel of a step's weights, of which those that replace logits lie as far apart
/// as these.
uint32_t weightStride(const AttentionStep& step) {
  return step.keepsLogits ? 2 * step.queries.rows : step.queries.rows;
}

Command& readKept(Command& command, const AttentionStep& step, const KeyPiece& piece,
                  const MaskPart& part) {
  return command.set(Field::In16, 1)
      .set(Field::InAddr, keptAt(step, piece, part))
      .set(Field::InStride, weightStride(step));
}

bool isSame(const LoadedKeys& loaded, const KeyPiece& unit) {
  return loaded.segment == unit.segment && loaded.first == unit.first && loaded.rows == unit.rows;
}

}  // namespace

HeadOperand findQueries(Context& context, const Attention& op, const AttentionStep& step,
                        bool mayStay) {
  const QueryRows& queries = step.queries;
  HeadOperand found;
  if (mayStay && op.queries().isRange())
    found.pieces = residentPieces(context, op.query, queries.head, op.firstRow + queries.first,
                                  queries.rows, 0);
  if (!found.pieces.empty()) return found;
  const uint32_t address =
      loadRowsOf(context, op.query, queries.head, op.queries(), queries.first, queries.rows);
  found.pieces = {{address, queries.rows, 0, queries.rows}};
  found.loaded = {{0, queries.first, queries.rows, address}};
  return found;
}

void findKeys(Context& context, const Attention& op, const AttentionStep& step,
              TensorId KeySegment::*tensor, HeadOperand& held) {
  if (step.firstOfHead) releaseHead(context, held);
  const uint32_t head = op.keyHead(step.queries.head), dim = context.plan.dim;
  const std::vector<LoadedKeys> before = std::exchange(held.loaded, {});
  held.pieces.clear();
  const auto find = [&](const KeyPiece& unit) {
    return std::ranges::find_if(before,
                                [&](const LoadedKeys& one) { return isSame(one, unit); });
  };
  const auto isHeld = [&](const KeyPiece& unit) { return find(unit) != before.end(); };
  for (const KeyPiece& piece : step.queries.keys) {
    const KeySegment& segment = op.segments[piece.segment];
    const std::vector<KeyPiece> units = unitsOf(op, piece);
    if (segment.set().isRange() && std::ranges::none_of(units, isHeld)) {
      const auto pieces = residentPieces(context, segment.*tensor, head,
                                         segment.firstRow + piece.first, piece.rows, piece.panel);
      held.pieces.insert(held.pieces.end(), pieces.begin(), pieces.end());
      if (!pieces.empty()) continue;
    }
    for (const KeyPiece& unit : units) {
      LoadedKeys keys{unit.segment, unit.first, unit.rows, 0};
      const auto known = find(unit);
      keys.address = known != before.end()
                         ? known->address
                         : loadRowsOf(context, segment.*tensor, head, segment.set(), unit.first,
                                      unit.rows);
      held.loaded.push_back(keys);
      const uint32_t first = std::max(unit.first, piece.first);
      const uint32_t end = std::min(unit.first + unit.rows, piece.first + piece.rows);
      held.pieces.push_back({keys.address + (first - unit.first), unit.rows,
                             piece.panel + (first - piece.first) / dim, end - first});
    }
  }
  for (const LoadedKeys& one : before)
    if (std::ranges::none_of(held.loaded, [&](const LoadedKeys& kept) {
          return kept.address == one.address;
        }))
      context.streamed.release(one.address);
}

HeadOperand loadKeys(Context& context, const Attention& op, const AttentionStep& step,
                     const KeyPlan& plan, TensorId KeySegment::*tensor) {
  HeadOperand found;
  for (const KeyPiece& piece : plan) {
    const KeySegment& segment = op.segments[piece.segment];
    const uint32_t address = loadRowsOf(context, segment.*tensor, op.keyHead(step.queries.head),
                                        segment.set(), piece.first, piece.rows);
    found.pieces.push_back({address, piece.rows, piece.panel, piece.rows});
    found.loaded.push_back({piece.segment, piece.first, piece.rows, address});
  }
  return found;
}

void releaseHead(Context& context, HeadOperand& operand) {
  for (const LoadedKeys& keys : operand.loaded) context.streamed.release(keys.address);
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

void emitMaximum(Context& context, const Attention& op, AttentionStep& step, const KeyPlan& plan,
                 bool opens) {
  const QueryRows& queries = step.queries;
  const uint32_t dim = context.plan.dim;
  if (step.keepsLogits)
    step.weights = context.results.allocate(panelsOf(plan, dim) * weightStride(step));
  for (const KeyPiece& piece : plan) {
    for (const MaskPart& part : maskParts(op, piece, queries.first, queries.rows)) {
      Command command = maskedRows(Opcode::RowMax, step, piece, part, op.logit[queries.head], dim,
                                   opens);
      readSums(command, step, piece, part);
      if (step.keepsLogits)
        command.set(Field::Out16, 1)
            .set(Field::Out16Addr, keptAt(step, piece, part))
            .set(Field::Out16Stride, weightStride(step));
      context.stream.emit(command);
    }
    opens = false;
  }
  if (step.keepsLogits) context.accumulator.release(step.logits);
}

void emitKeptMaximum(Context& context, const Attention& op, const AttentionStep& step,
                     const KeyPlan& plan, bool opens) {
  const QueryRows& queries = step.queries;
  for (const KeyPiece& piece : plan) {
    for (const MaskPart& part : maskParts(op, piece, queries.first, queries.rows)) {
      Command command = maskedRows(Opcode::RowMax, step, piece, part, kKept, context.plan.dim, opens);
      context.stream.emit(readKept(command, step, piece, part));
    }
    opens = false;
  }
}

void emitWeights(Context& context, const Attention& op, AttentionStep& step, const KeyPlan& plan,
                 bool opens) {
  const QueryRows& queries = step.queries;
  const uint32_t rows = queries.rows, dim = context.plan.dim, stride = weightStride(step);
  if (!step.keepsLogits) step.weights = context.results.allocate(panelsOf(plan, dim) * rows);
  for (const KeyPiece& piece : plan) {
    for (const MaskPart& part : maskParts(op, piece, queries.first, rows)) {
      const Scale scale = step.keepsLogits ? kKept : op.logit[queries.head];
      Command command = maskedRows(Opcode::Exp, step, piece, part, scale, dim, opens);
      step.keepsLogits ? readKept(command, step, piece, part)
                       : readSums(command, step, piece, part);
      context.stream.emit(
          command.set(Field::OutAddr, step.weights + piece.panel * stride + part.offset)
              .set(Field::OutStride, stride)
              .set(Field::Dither, op.dither));
    }
    opens = false;
  }
  if (!step.keepsLogits) context.accumulator.release(step.logits);
  if (!keepsWeights(op, context.layout)) return;
  // They stay until the product has read them.
  for (const KeyPiece& piece : plan)
    store(context, op.weights, Piece{step.weights + piece.panel * stride, stride, false},
          Part{piece.first / dim, ceilDivide(piece.rows, dim),
               queries.head * op.rows + queries.first, rows});
}

void emitProduct(Context& context, const Attention& op, AttentionStep& step,
                 const HeadOperand& values, bool opens) {
  const uint32_t rows = step.queries.rows;
  for (const HeadPiece& piece : values.pieces) {
    context.stream.emit(Command(Opcode::Matmul)
                            .set(Field::AAddr, step.weights + piece.panel * weightStride(step))
                            .set(Field::AStride, weightStride(step))
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
