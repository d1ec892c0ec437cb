#include <algorithm>

#include "sw/compiler/lowering.hpp"

namespace intformer {
namespace {

/// Row counts to try, best first: multiples of DIM keep the array busy, fewer rows only waste it.
std::vector<uint32_t> rowChoices(uint32_t most, uint32_t dim) {
  std::vector<uint32_t> choices;
  for (uint32_t rows = static_cast<uint32_t>(roundUp(most, dim)); rows >= dim; rows -= dim)
    choices.push_back(rows);
  for (uint32_t rows = dim / 2; rows >= 1; rows /= 2) choices.push_back(rows);
  return choices;
}

/// Rows of the next step when `left` are left: steps of like size, because a short one cannot hide
/// the softmax of a long one.
uint32_t evenStep(uint32_t left, uint32_t most, uint32_t dim) {
  const uint32_t even = ceilDivide(left, ceilDivide(left, most));
  return std::min({left, most, static_cast<uint32_t>(roundUp(even, dim))});
}

}  // namespace

Lowering::AttentionTiles Lowering::attentionTiles(const Attention& op) const {
  const uint32_t dim = plan_.dim;
  const uint32_t headPanels = layout(op.query).groupStride / dim;
  const uint32_t keyPanels = ceilDivide(op.rows, dim);
  // Accumulator rows, words of results, statistics slots, streamed words; `spare`: copies of a
  // step's data beyond what is needed at once.
  const auto fits = [&](uint32_t rows, uint32_t panels, uint32_t heldKeys, uint32_t spare,
                        uint32_t heldHeads = 3) {
    rows = std::min(rows, op.rows);
    return (panels * (1 + spare) + headPanels * 2) * rows <= plan_.accRows &&
           (panels * (2 + spare) + headPanels) * rows <= results_.size() &&
           (2 + spare) * rows <= plan_.statRows &&
           (heldHeads * heldKeys + 3 * rows) * headPanels <= streamed_.size();
  };
  uint32_t most = std::min(tiling_.rowBlock, op.rows);
  if (options_.attentionRows != 0) most = std::min(most, options_.attentionRows);
  const auto choices = options_.attentionRows != 0 ? std::vector{most} : rowChoices(most, dim);
  if (options_.keyChunk == 0)
    // Keys and values of a head, and the keys of the next; of few large heads without these.
    for (const auto& [spare, heldHeads] : {std::pair{1U, 3U}, {0U, 3U}, {1U, 2U}, {0U, 2U}})
      for (const uint32_t rows : choices)
        if ((rows >= dim || rows >= most) && fits(rows, keyPanels, op.rows, spare, heldHeads))
          return {std::min(rows, most), 0};
  const uint32_t widest =
      options_.keyChunk != 0 ? std::min(ceilDivide(options_.keyChunk, dim), keyPanels) : keyPanels;
  for (const uint32_t rows : choices)
    for (uint32_t panels = widest; panels >= 1; --panels)
      if (fits(rows, panels, std::min(panels * dim, op.rows), 1))
        return {std::min(rows, most), panels * dim};
  throw Unfit("one attention step does not fit accumulator, statistics and scratchpad");
}

std::vector<QueryRows> Lowering::attentionRows(const Attention& op, uint32_t most) const {
  const uint32_t total = layout(op.output).rows;
  std::vector<QueryRows> steps;
  for (uint32_t head = 0; head < op.heads; ++head)
    for (uint32_t row = op.firstRow; row < op.firstRow + op.rows;) {
      const RowBlock block = schedule_.block(row / schedule_.rowBlock, total);
      const uint32_t end = std::min(op.firstRow + op.rows, block.first + block.rows);
      const uint32_t rows = evenStep(end - row, most, plan_.dim);
      steps.push_back({head, {block.index, row, rows}});
      row += rows;
    }
  return steps;
}

/// The result's row blocks stay on the chip when all of them find room. The block that a sequence
/// begins inside of was placed, or not, with the sequence before.
void Lowering::placeContext(const Attention& op) {
  const TensorLayout& out = layout(op.output);
  const uint32_t blocks = schedule_.blocks(op.firstRow + op.rows);
  for (uint32_t index = op.firstRow / schedule_.rowBlock; index < blocks; ++index) {
    const RowBlock block = schedule_.block(index, out.rows);
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
  const AttentionTiles tiles = attentionTiles(op);
  for (const QueryRows& rows : attentionRows(op, tiles.rows)) {
    AttentionStep step{.head = rows.head, .queries = rows.rows};
    attendInChunks(op, step, tiles.keys);
  }
  for (uint32_t row = op.firstRow; row < op.firstRow + op.rows; row += schedule_.rowBlock)
    wrote(op.output, row / schedule_.rowBlock);
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
