#include <algorithm>

#include "sw/compiler/lowering.hpp"

namespace intformer {
namespace {

/// Tasks to look at, of those that are not done.
constexpr uint32_t kWindow = 48;
/// A wait so short is not worth another order.
constexpr uint64_t kShortWait = 32;
/// From a result's last word to its return from memory, in latencies.
constexpr uint64_t kReturn = 250;

}  // namespace

void Lowering::wrote(TensorId tensor, uint32_t block) {
  if (tensor == kNoTensor) return;
  uint64_t& ready = ready_[{tensor, block}];
  ready = stream_.doneAt(Queue::Vector);
  if (!heap_.has(tensor, block)) ready += kReturn;
}

uint64_t Lowering::operandsReady(const Task& task) const {
  uint64_t cycle = 0;
  const auto read = [&](TensorId tensor, uint32_t first, uint32_t rows) {
    for (uint32_t block = first / schedule_.frame.rowBlock;
         block <= (first + rows - 1) / schedule_.frame.rowBlock; ++block)
      if (const auto found = ready_.find({tensor, block}); found != ready_.end())
        cycle = std::max(cycle, found->second);
  };
  const Operator& op = graph_.operators[task.op];
  if (const auto* linear = std::get_if<Linear>(&op)) {
    read(linear->input, task.block.first, task.block.rows);
  } else if (const auto* attention = std::get_if<Attention>(&op)) {
    if (task.part == Task::Part::Whole) return 0;
    if (task.part == Task::Part::Logits) {
      read(attention->query, task.block.first, task.block.rows);
      read(attention->key, attention->firstRow, attention->rows);
    } else {
      read(attention->value, attention->firstRow, attention->rows);
      cycle = std::max(cycle, steps_[task.step].weightsReady);
    }
  }
  return cycle;
}

bool Lowering::linearFindsRoom(uint32_t opIndex, const Linear& op,
                               const RowBlock& block) const {
  const TensorLayout& in = layout(op.input);
  const TensorLayout& out = layout(op.output);
  const LinearCut& tiles = linearCut(opIndex);
  const uint32_t constants = constantBytes(epilogueOpcode(op));
  const uint32_t chunk = tiles.columnTiles * (tiles.depthPanels * plan_.dim + constants);
  const uint32_t result = tiles.columnTiles * block.rows * out.wordsPerRow;
  const bool kept = nextUse(op.output, block.index, false) != ResidentHeap::kNever;
  const uint32_t outWords = kept ? out.panels * block.rows * out.wordsPerRow : 0;
  const uint32_t inWords = heap_.has(op.input, block.index) ? 0 : in.panels * block.rows;
  const bool residual = std::holds_alternative<ResidualEpilogue>(op.epilogue);
  return streamed_.canAllocate(2 * chunk + (residual ? 2 * result : 0)) &&
         accumulator_.canAllocate(2 * tiles.columnTiles * block.rows) &&
         (kept || results_.canAllocate(2 * result)) &&
         (!residual || statistics_.canAllocate(2 * block.rows)) &&
         heap_.hasRoom({inWords, outWords});
}

/// Leaves a quarter of every ring: what linear operators take.
bool Lowering::logitsFindRoom(const Attention& op, const RowBlock& queries) const {
  const uint32_t panels = layout(op.query).groupStride / plan_.dim;
  const uint32_t keyPanels = ceilDivide(op.rows, plan_.dim);
  const auto leaves = [](const Ring& ring, uint32_t words) {
    return ring.canAllocate(words + ring.size() / 2);
  };
  return leaves(streamed_, panels * (2 * op.rows + queries.rows)) &&
         leaves(accumulator_, keyPanels * queries.rows) &&
         leaves(results_, keyPanels * queries.rows) && leaves(statistics_, queries.rows);
}

bool Lowering::findsRoom(const Task& task) const {
  if (schedule_.frame.operands == Operands::Streamed) return false;
  const Operator& op = graph_.operators[task.op];
  if (const auto* linear = std::get_if<Linear>(&op))
    return linearFindsRoom(task.op, *linear, task.block);
  if (const auto* attention = std::get_if<Attention>(&op))
    return task.part == Task::Part::Product ||
           (task.part == Task::Part::Logits && logitsFindRoom(*attention, task.block));
  return false;
}

bool Lowering::opensAttention(std::size_t id) const {
  const Task& task = order_.tasks[id];
  if (task.part != Task::Part::Logits || schedule_.frame.operands == Operands::Streamed) return false;
  const auto pending = [&](std::size_t need) {
    return order_.tasks[need].part == Task::Part::Logits;
  };
  // The first of a run needs no step before it, done or not.
  return std::ranges::none_of(task.needs, pending) &&
         std::ranges::all_of(task.needs, [&](auto need) { return done_[need]; }) &&
         operandsReady(task) <= stream_.freeAt(Queue::Matmul) && findsRoom(task);
}

std::size_t Lowering::pick() const {
  // The last matmul before attention waits until its first softmax needs something to hide behind.
  std::size_t second = firstOpen_ + 1;
  while (second < done_.size() && done_[second]) ++second;
  if (second < done_.size() && opensAttention(second)) return second;
  const uint64_t free = stream_.freeAt(Queue::Matmul);
  std::size_t best = firstOpen_;
  uint64_t earliest = ResidentHeap::kNever;
  uint32_t seen = 0;
  for (std::size_t id = firstOpen_; id < done_.size() && seen < kWindow; ++id) {
    if (done_[id]) continue;
    ++seen;
    const Task& task = order_.tasks[id];
    const uint64_t start = std::max(free, operandsReady(task));
    if (id == firstOpen_) {
      if (start <= free + kShortWait) return id;
      earliest = start;
      continue;
    }
    if (start >= earliest || !std::ranges::all_of(task.needs, [&](auto n) { return done_[n]; }) ||
        !findsRoom(task))
      continue;
    best = id;
    earliest = start;
    if (start <= free) break;
  }
  return best;
}

}  // namespace intformer
