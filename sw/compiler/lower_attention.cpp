#include <algorithm>

#include "sw/compiler/cuts.hpp"
#include "sw/compiler/lowering.hpp"

namespace intformer {

std::vector<QueryRows> Lowering::stepsOf(const Attention& op, const AttentionCut& cut) const {
  return attentionSteps(op.heads, op.firstRow, op.rows, layout(op.output).rows,
                        schedule_.frame.rowBlock, cut, plan_.dim);
}

/// The result's row blocks stay on the chip when all of them find room. The block that a sequence
/// begins inside of was placed, or not, with the sequence before.
void Lowering::placeContext(const Attention& op) {
  const TensorLayout& out = layout(op.output);
  const uint32_t blocks = ceilDivide(op.firstRow + op.rows, schedule_.frame.rowBlock);
  for (uint32_t index = op.firstRow / schedule_.frame.rowBlock; index < blocks; ++index) {
    const RowBlock block = rowBlockAt(index, schedule_.frame.rowBlock, out.rows);
    if (heap_.use(op.output, index, step_) != nullptr || block.first < op.firstRow ||
        nextUse(op.output, index, false) == ResidentHeap::kNever)
      continue;
    if (heap_.allocate(op.output, index, out.panels * block.rows, step_) == nullptr) break;
  }
}

void Lowering::lowerAttention(const Attention& op, const Task& task) {
  if (task.part == Task::Part::Product) return attendProduct(op, steps_[task.step]);
  if (task.part == Task::Part::Logits) return attendLogits(op, steps_[task.step]);
  placeContext(op);
  const auto& cut = std::get<AttentionCut>(schedule_.cuts[task.op]);
  for (const QueryRows& rows : stepsOf(op, cut)) {
    AttentionStep step{.head = rows.head, .queries = rows.rows};
    attendInChunks(op, step, cut.keys);
  }
  for (uint32_t row = op.firstRow; row < op.firstRow + op.rows; row += schedule_.frame.rowBlock)
    wrote(op.output, row / schedule_.frame.rowBlock);
}

void Lowering::attendLogits(const Attention& op, AttentionStep& step) {
  if (step.head == 0 && step.queries.first == op.firstRow) placeContext(op);
  const KeyRange all{0, op.rows};
  // Resident keys may be dropped from step to step; loaded ones stay until the head is done.
  if (step.firstOfHead || !keys_.loaded)
    keys_ = findHead(op.key, step.head, op.firstRow, op.rows);
  HeadOperand query = findHead(op.query, step.head, step.queries.first, step.queries.rows);
  emitLogits(op, step, query, keys_, op.rows);
  releaseHead(query);
  if (step.lastOfHead) releaseHead(keys_);
  step.statRow = statistics_.allocate(step.queries.rows);
  emitMaximum(op, step, all);
  emitWeights(op, step, all);
  step.weightsReady = stream_.doneAt(Queue::Vector);
  emitScalars(op, step);
}

void Lowering::attendProduct(const Attention& op, AttentionStep& step) {
  if (step.firstOfHead || !values_.loaded)
    values_ = findHead(op.value, step.head, op.firstRow, op.rows);
  step.sums =
      accumulator_.allocate(layout(op.value).groupStride / plan_.dim * step.queries.rows);
  emitProduct(op, step, values_, {0, op.rows});
  if (step.lastOfHead) releaseHead(values_);
  emitResult(op, step);
  wrote(op.output, step.queries.index);
}

void Lowering::attendInChunks(const Attention& op, AttentionStep& step, uint32_t keysPerChunk) {
  // The logits are computed twice, once for the maximum and once for the weights: the same bits as
  // a row that fits (docs/2-numerics.md, 5.4).
  std::vector<KeyRange> chunks;
  for (uint32_t first = 0; first < op.rows; first += keysPerChunk)
    chunks.push_back({first, std::min(keysPerChunk, op.rows - first)});
  HeadOperand query = loadHead(op.query, step.head, step.queries.first, step.queries.rows);
  const auto logits = [&](const KeyRange& chunk) {
    HeadOperand keys = loadHead(op.key, step.head, op.firstRow + chunk.first, chunk.count);
    emitLogits(op, step, query, keys, chunk.count);
    releaseHead(keys);
  };
  const auto product = [&](const KeyRange& chunk) {
    HeadOperand values = loadHead(op.value, step.head, op.firstRow + chunk.first, chunk.count);
    emitProduct(op, step, values, chunk);
    releaseHead(values);
  };
  step.statRow = statistics_.allocate(step.queries.rows);
  for (const KeyRange& chunk : chunks) {
    logits(chunk);
    emitMaximum(op, step, chunk);
    accumulator_.release(step.logits);
  }
  step.sums =
      accumulator_.allocate(layout(op.value).groupStride / plan_.dim * step.queries.rows);
  const KeyRange* waiting = nullptr;
  for (const KeyRange& chunk : chunks) {
    logits(chunk);
    if (waiting != nullptr) product(*waiting);
    emitWeights(op, step, chunk);
    waiting = &chunk;
  }
  releaseHead(query);
  product(*waiting);
  emitScalars(op, step);
  emitResult(op, step);
}

}  // namespace intformer
