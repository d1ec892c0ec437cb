#include <algorithm>
#include <utility>

#include "sw/compiler/attention_steps.hpp"
#include "sw/compiler/kept_logits.hpp"
#include "sw/compiler/lowering.hpp"
#include "sw/compiler/pick.hpp"
#include "sw/compiler/unfused.hpp"

namespace intformer::compiler {

namespace {

/// Whether a tensor's rows are written in their order, run behind run: its blocks can stay then, the
/// first operator of a block makes room for all.
bool isWrittenInOrder(const Graph& graph, TensorId tensor) {
  uint64_t next = 0;
  for (const Attention* op : operatorsOf<Attention>(graph)) {
    if (op->output != tensor) continue;
    if (!op->queries().isRange() || op->firstRow != next) return false;
    next = op->queries().end();
  }
  return true;
}

/// The result's row blocks stay on the chip when all of them find room. The block that an operator
/// begins inside of was placed, or not, with the operator before.
void placeContext(Context& context, const Attention& op) {
  if (!isWrittenInOrder(context.graph, op.output)) return;
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

/// Notes all row blocks that rows [first, first + rows) of the result lie in.
void noteResult(Context& context, const Attention& op, uint32_t first, uint32_t rows) {
  const uint32_t rowBlock = context.schedule.frame.rowBlock;
  const RowSet queries = op.queries();
  for (uint32_t block = queries.at(first) / rowBlock;
       block <= queries.at(first + rows - 1) / rowBlock; ++block)
    noteWritten(context, op.output, block);
}

void attendLogits(Context& context, const Attention& op, AttentionStep& step) {
  const QueryRows& queries = step.queries;
  if (queries.head == 0 && queries.first == 0) placeContext(context, op);
  findKeys(context, op, step, &KeySegment::key, context.keys);
  HeadOperand query = findQueries(context, op, step, true);
  emitLogits(context, op, step, query, context.keys, queries.keys);
  releaseHead(context, query);
  if (step.lastOfHead) releaseHead(context, context.keys);
  step.statRow = context.statistics.allocate(queries.rows);
  emitMaximum(context, op, step, queries.keys, true);
  emitWeights(context, op, step, queries.keys, true);
  step.weightsReady = context.stream.doneAt(Queue::Vector);
  emitScalars(context, op, step);
}

void attendProduct(Context& context, const Attention& op, AttentionStep& step) {
  const QueryRows& queries = step.queries;
  findKeys(context, op, step, &KeySegment::value, context.values);
  step.sums = context.accumulator.allocate(context.headPanels(op.query) * queries.rows);
  emitProduct(context, op, step, context.values, true);
  if (step.lastOfHead) releaseHead(context, context.values);
  emitResult(context, op, step);
  noteResult(context, op, queries.first, queries.rows);
}

/// The logits are computed twice, once for the maximum and once for the weights.
void attendTwice(Context& context, const Attention& op, AttentionStep& step, uint32_t panels) {
  const std::vector<KeyPlan> chunks = chunksOf(step.queries.keys, panels, context.plan.dim);
  HeadOperand query = findQueries(context, op, step, false);
  const auto logits = [&](const KeyPlan& chunk) {
    HeadOperand keys = loadKeys(context, op, step, chunk, &KeySegment::key);
    emitLogits(context, op, step, query, keys, chunk);
    releaseHead(context, keys);
  };
  const auto product = [&](const KeyPlan& chunk) {
    HeadOperand values = loadKeys(context, op, step, chunk, &KeySegment::value);
    emitProduct(context, op, step, values, &chunk == &chunks.front());
    releaseHead(context, values);
  };
  step.statRow = context.statistics.allocate(step.queries.rows);
  for (const KeyPlan& chunk : chunks) {
    logits(chunk);
    emitMaximum(context, op, step, chunk, &chunk == &chunks.front());
    context.accumulator.release(step.logits);
  }
  step.sums = context.accumulator.allocate(context.headPanels(op.query) * step.queries.rows);
  const KeyPlan* waiting = nullptr;
  for (const KeyPlan& chunk : chunks) {
    logits(chunk);
    if (waiting != nullptr) product(*waiting);
    emitWeights(context, op, step, chunk, &chunk == &chunks.front());
    waiting = &chunk;
  }
  releaseHead(context, query);
  product(*waiting);
  emitScalars(context, op, step);
  emitResult(context, op, step);
}

void attendTwice(Context& context, const Attention& op, const AttentionCut& cut) {
  const uint32_t dim = context.plan.dim;
  for (QueryRows& rows : queryRows(op, cut, context.schedule.frame, context.layout, dim)) {
    AttentionStep step{.queries = std::move(rows)};
    attendTwice(context, op, step, cut.keys / dim);
  }
}

}  // namespace

void lowerAttention(Context& context, const Attention& op, const Task& task) {
  if (task.part == Task::Part::Product) return attendProduct(context, op, context.steps[task.step]);
  if (task.part == Task::Part::Logits) return attendLogits(context, op, context.steps[task.step]);
  placeContext(context, op);
  const auto& cut = std::get<AttentionCut>(context.schedule.cuts[task.op]);
  if (cut.fusion != Fusion::All)
    attendUnfused(context, op, cut);
  else if (cut.logits == Logits::Scratchpad)
    attendKept(context, op, cut);
  else
    attendTwice(context, op, cut);
  noteResult(context, op, 0, op.rows);
}

}  // namespace intformer::compiler
