#include "sw/compiler/pick.hpp"

#include <algorithm>

#include "gen/tables/operands.hpp"

namespace intformer::compiler {
namespace {

/// Tasks to look at, of those that have not begun.
constexpr uint32_t kWindow = 48;
/// Cycles of waiting that are not worth another order.
constexpr uint64_t kShortWait = 32;
/// Cycles from a result's last word to its return from memory: two latencies and so much.
constexpr uint64_t kReturn = 50;

/// Keys or values of a step.
uint64_t keysReady(const Work& work, const Attention& op, const AttentionStep& step,
                   TensorId KeySegment::*tensor) {
  uint64_t cycle = 0;
  for (const KeyPiece& piece : step.queries.keys) {
    const KeySegment& segment = op.segments[piece.segment];
    const KeyPiece span = spanOfUnits(op, piece);
    const uint32_t first = segment.set().at(span.first);
    const uint32_t last = segment.set().at(span.first + span.rows - 1);
    cycle = std::max(cycle, work.readyAt(segment.*tensor, first, last + 1 - first));
  }
  return cycle;
}

uint64_t operandsReady(const Context& context, const Task& task) {
  const Work& work = context.work;
  const RowBlock& rows = task.block;
  return match(
      context.graph.operators[task.op],
      [&](const Linear& op) { return work.readyAt(op.input, rows.first, rows.rows); },
      [&](const Attention& op) {
        if (task.part == Task::Part::Whole) return uint64_t{0};
        const AttentionStep& step = context.steps[task.step];
        if (task.part == Task::Part::Logits)
          return std::max(work.readyAt(op.query, rows.first, rows.rows),
                          keysReady(work, op, step, &KeySegment::key));
        return std::max(keysReady(work, op, step, &KeySegment::value), step.weightsReady);
      },
      [](const LayerNorm&) { return uint64_t{0}; }, [](const Embedding&) { return uint64_t{0}; },
      [&](const Product& op) {
        return std::max(work.readyAt(op.left, rows.first, rows.rows),
                        work.readyAt(op.right, 0, context.of(op.right).rows));
      });
}

bool linearFindsRoom(const Context& context, uint32_t index, const Linear& op,
                     const RowBlock& block) {
  const TensorLayout& in = context.of(op.input);
  const TensorLayout& out = context.of(op.output);
  const auto& cut = std::get<LinearCut>(context.schedule.cuts[index]);
  const uint32_t constants = constantBytes(epilogueOpcode(op));
  const uint32_t chunk = cut.columnTiles * (cut.depthPanels * context.plan.dim + constants);
  const uint32_t result = cut.columnTiles * block.rows * out.wordsPerRow;
  const bool kept = context.work.nextUse(op.output, block.index, false) != Work::kNever;
  const uint32_t outWords = kept ? out.panels * block.rows * out.wordsPerRow : 0;
  const uint32_t inWords = context.heap.has(op.input, block.index) ? 0 : in.panels * block.rows;
  const bool residual = std::holds_alternative<ResidualEpilogue>(op.epilogue);
  return context.streamed.canAllocate(2 * chunk + (residual ? 2 * result : 0)) &&
         context.accumulator.canAllocate(2 * cut.columnTiles * block.rows) &&
         (kept || context.results.canAllocate(2 * result)) &&
         (!residual || context.statistics.canAllocate(2 * block.rows)) &&
         context.heap.hasRoom({inWords, outWords});
}

/// Leaves a quarter of every ring: what linear operators take.
bool logitsFindRoom(const Context& context, const Attention& op, const QueryRows& queries) {
  const uint32_t panels = context.headPanels(op.query);
  const uint32_t keyPanels = panelsOf(queries.keys, context.plan.dim);
  const auto leaves = [](const Ring& ring, uint32_t words) {
    return ring.canAllocate(words + ring.size() / 2);
  };
  return leaves(context.streamed, panels * (2 * keysOf(queries.keys) + queries.rows)) &&
         leaves(context.accumulator, keyPanels * queries.rows) &&
         leaves(context.results, keyPanels * queries.rows) &&
         leaves(context.statistics, queries.rows);
}

/// Whether a task finds room out of order, without taking what those in order need.
bool findsRoom(const Context& context, const Task& task) {
  if (!context.resident()) return false;
  return match(
      context.graph.operators[task.op],
      [&](const Linear& op) { return linearFindsRoom(context, task.op, op, task.block); },
      [&](const Attention& op) {
        return task.part == Task::Part::Product ||
               (task.part == Task::Part::Logits &&
                logitsFindRoom(context, op, context.steps[task.step].queries));
      },
      [](const LayerNorm&) { return false; }, [](const Embedding&) { return false; },
      [](const Product&) { return false; });
}

/// Whether a task is the first step of attention, and can go now.
bool opensAttention(const Context& context, std::size_t id) {
  const Work& work = context.work;
  const Task& task = work.task(id);
  if (task.part != Task::Part::Logits || !context.resident()) return false;
  const auto logits = [&](std::size_t need) {
    return work.task(need).part == Task::Part::Logits;
  };
  // The first of a run needs no step before it, done or not.
  return std::ranges::none_of(task.needs, logits) && work.possible(id) &&
         operandsReady(context, task) <= context.stream.freeAt(Queue::Matmul) &&
         findsRoom(context, task);
}

}  // namespace

void noteWritten(Context& context, TensorId tensor, uint32_t block) {
  const uint64_t done = context.stream.doneAt(Queue::Vector);
  const uint64_t back = kReturn + uint64_t{2} * context.memory.latency;
  context.work.wrote(tensor, block, context.heap.has(tensor, block) ? done : done + back);
}

std::size_t pickTask(const Context& context) {
  const Work& work = context.work;
  const std::size_t first = work.firstOpen();
  // The last matmul before attention waits until its first softmax needs something to hide behind.
  std::size_t second = first + 1;
  while (second < work.size() && work.begun(second)) ++second;
  if (second < work.size() && opensAttention(context, second)) return second;
  const uint64_t free = context.stream.freeAt(Queue::Matmul);
  uint64_t earliest = std::max(free, operandsReady(context, work.task(first)));
  if (earliest <= free + kShortWait) return first;
  std::size_t best = first;
  uint32_t seen = 1;
  for (std::size_t id = first + 1; id < work.size() && seen < kWindow; ++id) {
    if (work.begun(id)) continue;
    ++seen;
    const uint64_t start = std::max(free, operandsReady(context, work.task(id)));
    if (start >= earliest || !work.possible(id) || !findsRoom(context, work.task(id))) continue;
    best = id;
    earliest = start;
    if (start <= free) break;
  }
  return best;
}

}  // namespace intformer::compiler
