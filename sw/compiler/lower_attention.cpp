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
  const auto fits = [&](uint32_t rows, uint32_t panels, uint32_t heldKeys, uint32_t spare) {
    rows = std::min(rows, op.rows);
    return (panels * (1 + spare) + headPanels * 2) * rows <= plan_.accRows &&
           (panels * (2 + spare) + headPanels) * rows <= results_.size() &&
           (2 + spare) * rows <= plan_.statRows &&
           (3 * heldKeys + 3 * rows) * headPanels <= streamed_.size();
  };
  uint32_t most = std::min(tiling_.rowBlock, op.rows);
  if (options_.attentionRows != 0) most = std::min(most, options_.attentionRows);
  const auto choices = options_.attentionRows != 0 ? std::vector{most} : rowChoices(most, dim);
  if (options_.keyChunk == 0)
    for (const uint32_t spare : {1U, 0U})
      for (const uint32_t rows : choices)
        if ((rows >= dim || rows >= most) && fits(rows, keyPanels, op.rows, spare))
          return {std::min(rows, most), 0};
  if (tiling_.demandWholeRows && options_.keyChunk == 0)
    throw Unfit("the logits of DIM rows do not fit accumulator, statistics and scratchpad");
  const uint32_t widest =
      options_.keyChunk != 0 ? std::min(ceilDivide(options_.keyChunk, dim), keyPanels) : keyPanels;
  for (const uint32_t rows : choices)
    for (uint32_t panels = widest; panels >= 1; --panels)
      if (fits(rows, panels, std::min(panels * dim, op.rows), 1))
        return {std::min(rows, most), panels * dim};
  throw Unfit("one attention step does not fit accumulator, statistics and scratchpad");
}

void Lowering::lowerAttention(const Attention& op) {
  // The result's row blocks stay on the chip when all of them find room. The block that a sequence
  // begins inside of was placed, or not, with the sequence before.
  const TensorLayout& out = layout(op.output);
  const uint32_t blocks = schedule_.blocks(out.rows);
  for (uint32_t index = 0; index < blocks; ++index) {
    const RowBlock block = schedule_.block(index, out.rows);
    if (heap_.use(op.output, index, step_) != nullptr || block.first < op.firstRow ||
        schedule_.nextUse(op.output, index, step_) == ResidentHeap::kNever)
      continue;
    if (heap_.allocate(op.output, index, out.panels * block.rows, step_) == nullptr) break;
  }

  const AttentionTiles tiles = attentionTiles(op);
  std::vector<AttentionStep> steps;
  for (uint32_t head = 0; head < op.heads; ++head) {
    const std::size_t firstStep = steps.size();
    for (uint32_t row = op.firstRow; row < op.firstRow + op.rows;) {
      const RowBlock block = schedule_.block(row / schedule_.rowBlock, out.rows);
      const uint32_t end = std::min(op.firstRow + op.rows, block.first + block.rows);
      const uint32_t rows = evenStep(end - row, tiles.rows, plan_.dim);
      steps.push_back({.head = head, .queries = {block.index, row, rows}});
      row += rows;
    }
    steps[firstStep].firstOfHead = true;
    steps.back().lastOfHead = true;
  }
  if (tiles.keys == 0) {
    attendAtOnce(op, steps);
  } else {
    for (AttentionStep& step : steps) attendInChunks(op, step, tiles.keys);
  }
}

void Lowering::attendAtOnce(const Attention& op, std::vector<AttentionStep>& steps) {
  // Matmuls: Q*K of a step before P*V of the one before, so that its softmax hides behind them.
  const KeyRange all{0, op.rows};
  uint32_t keys = 0;
  uint32_t values = 0;
  for (std::size_t index = 0; index <= steps.size(); ++index) {
    AttentionStep* const next = index < steps.size() ? &steps[index] : nullptr;
    AttentionStep* const last = index > 0 ? &steps[index - 1] : nullptr;
    if (next != nullptr) {
      if (next->firstOfHead) keys = loadHead(op.key, next->head, op.firstRow, op.rows);
      next->query =
          loadHead(op.query, next->head, next->queries.first, next->queries.rows);
      emitLogits(op, *next, keys, op.rows);
      streamed_.release(next->query);
      if (next->lastOfHead) streamed_.release(keys);
    }
    if (last != nullptr) {
      if (last->firstOfHead) values = loadHead(op.value, last->head, op.firstRow, op.rows);
      last->sums = accumulator_.allocate(layout(op.value).groupStride / plan_.dim *
                                         last->queries.rows);
      emitProduct(op, *last, values, all);
      if (last->lastOfHead) streamed_.release(values);
    }
    if (next != nullptr) {
      next->statRow = statistics_.allocate(next->queries.rows);
      emitMaximum(op, *next, all);
      emitWeights(op, *next, all);
      emitScalars(op, *next);
    }
    if (last != nullptr) emitResult(op, *last);
  }
}

void Lowering::attendInChunks(const Attention& op, AttentionStep& step, uint32_t keysPerChunk) {
  // The logits are computed twice, once for the maximum and once for the weights: the same bits as
  // a row that fits (docs/2-numerics.md, 5.4).
  std::vector<KeyRange> chunks;
  for (uint32_t first = 0; first < op.rows; first += keysPerChunk)
    chunks.push_back({first, std::min(keysPerChunk, op.rows - first)});
  const auto logits = [&](const KeyRange& chunk) {
    const uint32_t keys = loadHead(op.key, step.head, op.firstRow + chunk.first, chunk.count);
    emitLogits(op, step, keys, chunk.count);
    streamed_.release(keys);
  };
  const auto product = [&](const KeyRange& chunk) {
    const uint32_t values =
        loadHead(op.value, step.head, op.firstRow + chunk.first, chunk.count);
    emitProduct(op, step, values, chunk);
    streamed_.release(values);
  };
  step.statRow = statistics_.allocate(step.queries.rows);
  step.query = loadHead(op.query, step.head, step.queries.first, step.queries.rows);
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
  streamed_.release(step.query);
  product(*waiting);
  emitScalars(op, step);
  emitResult(op, step);
}

}  // namespace intformer
