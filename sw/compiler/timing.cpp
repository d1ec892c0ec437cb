#include "sw/compiler/timing.hpp"

#include <algorithm>

namespace intformer::compiler {
namespace {

constexpr uint64_t kVectorStart = 20;

/// Cycles that the bus gives to a chunk: its beats, what DRAM's chips take for them, or the latency
/// of the bursts that may be under way at a time, whichever is longest.
uint64_t chunkCycles(const Plan& plan, uint64_t words, const perf::MemoryTiming& memory,
                     uint64_t outstanding) {
  const uint64_t beats = (words * plan.dim + plan.busBytes - 1) / plan.busBytes;
  const uint64_t burst = std::min<uint64_t>(beats, plan.maxBurstBeats);
  const uint64_t bursts = (beats + burst - 1) / burst;
  return std::max({words, beats, memory.dataCycles(beats * plan.busBytes),
                   bursts * (memory.latency + burst) / outstanding});
}

CommandCost vectorCost(const CommandOperands& operands, const Plan& plan) {
  uint64_t rows = 0, panels = 0, constants = 0, reads = 0, writes = 0;
  for (const CommandOperand& operand : operands) {
    if (operand.space() == Space::Statistics) continue;
    panels = operand.blocks;
    if (operand.spec->address == Field::ConstAddr) {
      constants = operand.units;
      continue;
    }
    rows = operand.rows;
    if (operand.space() == Space::Scratch) (operand.write() ? writes : reads) += operand.units;
  }
  const uint64_t perRow = std::max({uint64_t{plan.beatsPerWord()}, reads, writes});
  return {.lead = 0, .occupied = kVectorStart + panels * (rows * perRow + constants), .tail = 8};
}

}  // namespace

CommandCost commandCost(Opcode opcode, const CommandOperands& operands, const Plan& plan,
                        const perf::MemoryTiming& memory) {
  const uint64_t latency = memory.latency;
  switch (opcode) {
    case Opcode::Load:
    case Opcode::Gather:
    case Opcode::Store: {
      const bool store = opcode == Opcode::Store;
      const CommandOperand& words = *operands.find(Field::ScratchAddr);
      const uint64_t items = words.blocks * chunkCycles(plan, words.rows, memory,
                                                        store ? plan.outstandingWrites
                                                              : plan.outstandingReads);
      if (opcode == Opcode::Gather)  // its list comes first
        return {.lead = 2 * latency, .occupied = items, .tail = 4};
      if (opcode == Opcode::Load) return {.lead = latency, .occupied = items, .tail = 4};
      return {.lead = 8, .occupied = items, .tail = latency};
    }
    case Opcode::Matmul: {
      const CommandOperand& streamed = *operands.find(Field::AAddr);
      const uint64_t tiles = streamed.blocks * operands.find(Field::CAddr)->blocks;
      return {.lead = plan.dim + uint64_t{6},
              .occupied = tiles * std::max<uint64_t>(streamed.rows, plan.dim),
              .tail = plan.dim + uint64_t{8}};
    }
    case Opcode::RowScalarSoftmax:
    case Opcode::RowScalarLayerNorm:
      return {.lead = 0, .occupied = 4, .tail = 0};
    default: return vectorCost(operands, plan);
  }
}

UnitClock::Times UnitClock::run(uint64_t ready, const CommandCost& cost) {
  Times times;
  times.start = std::max(ready, accepts_);
  const uint64_t first = std::max(times.start + cost.lead, free_);
  free_ = first + cost.occupied;
  // The command behind it is taken early enough to hide its own lead-in, but not at once: a unit
  // holds two commands.
  accepts_ = std::max(times.start + 1, first);
  done_ = std::max(done_ + 1, free_ + cost.tail);
  times.done = done_;
  return times;
}

}  // namespace intformer::compiler
