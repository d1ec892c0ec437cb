#include "sw/compiler/timing.hpp"

#include <algorithm>

#include "sw/perf/bus.hpp"

namespace intformer {
namespace {

constexpr uint64_t kMemoryLatency = perf::MemoryTiming{}.latency;
constexpr uint64_t kVectorStart = 20;

uint64_t field(const Command& command, Field f) { return static_cast<uint64_t>(command.get(f)); }

/// Cycles that the bus gives to a chunk: its beats, or the latency of the bursts that may be under
/// way at a time where that is longer.
uint64_t chunkCycles(const Plan& plan, uint64_t words, uint64_t outstanding) {
  const uint64_t beats = (words * plan.dim + plan.busBytes - 1) / plan.busBytes;
  const uint64_t burst = std::min<uint64_t>(beats, plan.maxBurstBeats);
  const uint64_t bursts = (beats + burst - 1) / burst;
  return std::max({words, beats, bursts * (kMemoryLatency + burst) / outstanding});
}

CommandCost vectorCost(const Command& command, const Plan& plan) {
  uint64_t reads = 0;
  uint64_t writes = 1;
  switch (command.opcode()) {
    case Opcode::Requantize: writes = command.get(Field::Out16) != 0 ? 2 : 1; break;
    case Opcode::Residual:
      reads = command.get(Field::In16) != 0 ? 2 : 1;
      writes = 2;
      break;
    case Opcode::RowMax: writes = 0; break;
    case Opcode::LayerNorm:
      reads = 2;
      writes = field(command, Field::Out8) + 2 * field(command, Field::Out16);
      break;
    default: break;
  }
  const uint64_t perRow = std::max({uint64_t{plan.beatsPerWord()}, reads, writes});
  const uint64_t perPanel = field(command, Field::Rows) * perRow + constantBytes(command.opcode());
  return {.lead = 0,
          .occupied = kVectorStart + field(command, Field::Panels) * perPanel,
          .tail = 8};
}

}  // namespace

CommandCost commandCost(const Command& command, const Plan& plan) {
  switch (command.opcode()) {
    case Opcode::Load:
    case Opcode::Gather:
    case Opcode::Store: {
      const bool store = command.opcode() == Opcode::Store;
      const uint64_t items =
          field(command, Field::Chunks) *
          chunkCycles(plan, field(command, Field::ChunkWords),
                      store ? plan.outstandingWrites : plan.outstandingReads);
      if (command.opcode() == Opcode::Gather)  // its list comes first
        return {.lead = 2 * kMemoryLatency, .occupied = items, .tail = 4};
      if (command.opcode() == Opcode::Load)
        return {.lead = kMemoryLatency, .occupied = items, .tail = 4};
      return {.lead = 8, .occupied = items, .tail = kMemoryLatency};
    }
    case Opcode::Matmul: {
      const uint64_t tiles = (field(command, Field::Depth) + plan.dim - 1) / plan.dim *
                             ((field(command, Field::Cols) + plan.dim - 1) / plan.dim);
      const uint64_t rows = std::max<uint64_t>(field(command, Field::MatmulRows), plan.dim);
      return {.lead = plan.dim + uint64_t{6},
              .occupied = tiles * rows,
              .tail = plan.dim + uint64_t{8}};
    }
    case Opcode::RowScalarSoftmax:
    case Opcode::RowScalarLayerNorm:
      return {.lead = 0, .occupied = 4, .tail = 0};
    default: return vectorCost(command, plan);
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

}  // namespace intformer
