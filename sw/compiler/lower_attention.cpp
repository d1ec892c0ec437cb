#include <algorithm>

#include "sw/compiler/attention_steps.hpp"
#include "sw/compiler/lowering.hpp"
#include "sw/compiler/pick.hpp"

namespace intformer::compiler {

namespace {

/// The result's row blocks stay on the chip when all of them find room. The block that a sequence
/// begins inside of was placed, or not, with the sequence before.
void placeContext(Context& context, const Attention& op) {
  const TensorLayout& out = context.of(op.output);
  const uint32_t rowBlock = context.schedule.frame.rowBlock;
  const std::size_t step = context.work.step();
  for (uint32_t i = op.firstRow / rowBlock; i < ceilDivide(op.firstRow + op.rows, rowBlock); ++i) {
    const RowBlock block = context.block(i, out.rows);
    if (context.heap.use(op.output, i, step) != nullptr || block.first < op.firstRow ||
        context.work.nextUse(op.output, i, false) == Work::kNever)
      continue;
    if (context.heap.allocate(op.output, i, out.panels * block.rows, step) == nullptr) break;
  }
}

void attendLogits(Context& context, const Attention& op, AttentionStep& step) {
  if (step.head == 0 && step.queries.first == op.firstRow) placeContext(context, op);
  const KeyRange all{0, op.rows};
  // Resident keys may be dropped from step to step; loaded ones stay until the head is done.
  if (step.firstOfHead || !context.keys.loaded)
    context.keys = findHead(context, op.key, step.head, op.firstRow, op.rows);
  HeadOperand query = findHead(context, op.query, step.head, step.queries.first, step.queries.rows);
  emitLogits(context, op, step, query, context.keys, op.rows);
  releaseHead(context, query);
  if (step.lastOfHead) releaseHead(context, context.keys);
  step.statRow = context.statistics.allocate(step.queries.rows);
  emitMaximum(context, op, step, all);
  emitWeights(context, op, step, all);
  step.weightsReady = context.stream.doneAt(Queue::Vector);
  emitScalars(context, op, step);
}

void attendProduct(Context& context, const Attention& op, AttentionStep& step) {
  if (step.firstOfHead || !context.values.loaded)
    context.values = findHead(context, op.value, step.head, op.firstRow, op.rows);
  step.sums = context.accumulator.allocate(context.headPanels(op.value) * step.queries.rows);
  emitProduct(context, op, step, context.values, {0, op.rows});
  if (step.lastOfHead) releaseHead(context, context.values);
  emitResult(context, op, step);
  noteWritten(context, op.output, step.queries.index);
}

void attendInChunks(Context& context, const Attention& op, AttentionStep& step,
                    uint32_t keysPerChunk) {
  // The logits are computed twice, once for the maximum and once for the weights: the same bits as
  // a row that fits (docs/2-numerics.md, 5.4).
  std::vector<KeyRange> chunks;
  for (uint32_t first = 0; first < op.rows; first += keysPerChunk)
    chunks.push_back({first, std::min(keysPerChunk, op.rows - first)});
  HeadOperand query = loadHead(context, op.query, step.head, step.queries.first, step.queries.rows);
  const auto logits = [&](const KeyRange& chunk) {
    const uint32_t first = op.firstRow + chunk.first;
    HeadOperand keys = loadHead(context, op.key, step.head, first, chunk.count);
    emitLogits(context, op, step, query, keys, chunk.count);
    releaseHead(context, keys);
  };
  const auto product = [&](const KeyRange& chunk) {
    const uint32_t first = op.firstRow + chunk.first;
    HeadOperand values = loadHead(context, op.value, step.head, first, chunk.count);
    emitProduct(context, op, step, values, chunk);
    releaseHead(context, values);
  };
  step.statRow = context.statistics.allocate(step.queries.rows);
  for (const KeyRange& chunk : chunks) {
    logits(chunk);
    emitMaximum(context, op, step, chunk);
    context.accumulator.release(step.logits);
  }
  step.sums = context.accumulator.allocate(context.headPanels(op.value) * step.queries.rows);
  const KeyRange* waiting = nullptr;
  for (const KeyRange& chunk : chunks) {
    logits(chunk);
    if (waiting != nullptr) product(*waiting);
    emitWeights(context, op, step, chunk);
    waiting = &chunk;
  }
  releaseHead(context, query);
  product(*waiting);
  emitScalars(context, op, step);
  emitResult(context, op, step);
}

}  // namespace

void lowerAttention(Context& context, const Attention& op, const Task& task) {
  if (task.part == Task::Part::Product) return attendProduct(context, op, context.steps[task.step]);
  if (task.part == Task::Part::Logits) return attendLogits(context, op, context.steps[task.step]);
  placeContext(context, op);
  const auto& cut = std::get<AttentionCut>(context.schedule.cuts[task.op]);
  const Frame& frame = context.schedule.frame;
  for (const QueryRows& rows : queryRows(op, cut, context.graph, frame, context.plan.dim)) {
    AttentionStep step{.head = rows.head, .queries = rows.rows};
    attendInChunks(context, op, step, cut.keys);
  }
  for (uint32_t row = op.firstRow; row < op.firstRow + op.rows; row += frame.rowBlock)
    noteWritten(context, op.output, row / frame.rowBlock);
}

}  // namespace intformer::compiler
