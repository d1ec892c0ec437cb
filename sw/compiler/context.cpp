#include "sw/compiler/context.hpp"

#include <algorithm>

#include "sw/compiler/cuts.hpp"

namespace intformer::compiler {
namespace {

/// The steps of all attention operators that take all keys at once.
std::vector<AttentionStep> attentionStepsOf(const Graph& graph,
                                            const std::vector<std::vector<QueryRows>>& operators) {
  std::vector<AttentionStep> steps;
  for (std::size_t op = 0; op < operators.size(); ++op) {
    const std::vector<QueryRows>& rows = operators[op];
    const auto differ = [&](std::size_t one, std::size_t other) {
      const auto& attention = std::get<Attention>(graph.operators[op]);
      return attention.keyHead(rows[one].head) != attention.keyHead(rows[other].head);
    };
    for (std::size_t i = 0; i < rows.size(); ++i)
      steps.push_back({.queries = rows[i],
                       .firstOfHead = i == 0 || differ(i - 1, i),
                       .lastOfHead = i + 1 == rows.size() || differ(i, i + 1)});
  }
  return steps;
}

/// None of operators that are one task.
std::vector<std::vector<QueryRows>> allQueryRows(const Graph& graph, const Schedule& schedule,
                                                 const MemoryLayout& layout, uint32_t dim) {
  std::vector<std::vector<QueryRows>> rows(graph.operators.size());
  for (std::size_t op = 0; op < graph.operators.size(); ++op) {
    const auto* cut = std::get_if<AttentionCut>(&schedule.cuts[op]);
    if (cut != nullptr && cut->logits == Logits::Accumulator)
      rows[op] = queryRows(std::get<Attention>(graph.operators[op]), *cut, schedule.frame, layout,
                           dim);
  }
  return rows;
}

/// The memory by which work is ordered. Less latency than this and loads would be ordered so late
/// that the rough reckoning's errors show: measured, up to 6 % more cycles.
perf::MemoryTiming reckoned(perf::MemoryTiming memory) {
  memory.latency = std::max(memory.latency, 100U);
  return memory;
}

uint32_t heapWords(const Plan& plan, const Division& division) {
  const uint64_t taken = uint64_t{division.streamed} + division.results;
  if (taken > plan.scratchWords) throw Unfit("the scratchpad is too small to be divided");
  return plan.scratchWords - static_cast<uint32_t>(taken);
}

}  // namespace

Context::Context(const Graph& graph_, const Plan& plan_, const MemoryLayout& layout_,
                 const Schedule& schedule_, const perf::MemoryTiming& memory_,
                 bool sharedConstants)
    : Context(graph_, plan_, layout_, schedule_, memory_, sharedConstants,
              allQueryRows(graph_, schedule_, layout_, plan_.dim)) {}

Context::Context(const Graph& graph_, const Plan& plan_, const MemoryLayout& layout_,
                 const Schedule& schedule_, const perf::MemoryTiming& memory_,
                 bool sharedConstants, const QueryRowsOf& rows)
    : graph(graph_), plan(plan_), layout(layout_), schedule(schedule_), memory(reckoned(memory_)),
      steps(attentionStepsOf(graph, rows)),
      work(orderTasks(graph, schedule.frame.rowBlock, rows), schedule.frame.rowBlock),
      stream(plan, memory),
      constants(graph, plan, layout, sharedConstants),
      streamed("scratchpad words for streamed operands", 0, schedule.frame.division.streamed),
      results("scratchpad words for results", schedule.frame.division.streamed,
              schedule.frame.division.results),
      accumulator("accumulator rows", 0, plan.accRows),
      statistics("row statistics slots", 0, plan.statRows),
      heap(schedule.frame.division.streamed + schedule.frame.division.results,
           heapWords(plan, schedule.frame.division),
           [this](TensorId tensor, uint32_t block) { return work.nextUse(tensor, block, true); }),
      weights(graph.operators.size()) {}

std::vector<QueryRows> queryRows(const Attention& op, const AttentionCut& cut, const Frame& frame,
                                 const MemoryLayout& layout, uint32_t dim) {
  std::vector<QueryRows> steps;
  if (op.queries().isRange()) {
    steps = attentionSteps(op.heads, op.firstRow, op.rows, layout.tensors[op.output].rows,
                           frame.rowBlock, cut, dim);
  } else {  // rows that are no neighbours are loaded and stored, wherever their blocks are
    steps = attentionSteps(op.heads, 0, op.rows, op.rows, op.rows, cut, dim);
    for (QueryRows& step : steps) step.block = QueryRows::kNoBlock;
  }
  const bool all = keepsWeights(op, layout);
  for (QueryRows& step : steps) step.keys = planKeys(op, step.first, step.rows, dim, all);
  return steps;
}

}  // namespace intformer::compiler
