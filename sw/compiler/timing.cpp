#include "sw/compiler/timing.hpp"

#include <algorithm>
#include <deque>
#include <stdexcept>

namespace intformer {
namespace {

constexpr uint64_t kMemoryLatency = 100;
constexpr uint64_t kVectorStart = 20;
constexpr uint64_t kLayerNormScalarCycles = 43;
constexpr uint64_t kSoftmaxScalarCycles = 25;

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

/// The unit beside the lanes: row after row, in order. Later vector commands wait for the rows that
/// they touch.
class RowScalarUnit {
 public:
  explicit RowScalarUnit(uint32_t slots) : ready_(slots) {}

  /// When a vector command may start so that it never overtakes the scalars of its rows.
  [[nodiscard]] uint64_t earliest(const Command& command, uint64_t cycle) const {
    if (command.opcode() != Opcode::LayerNorm && command.opcode() != Opcode::RowNormalize)
      return cycle;
    for (uint64_t row = 0; row < field(command, Field::Rows); ++row) {
      const uint64_t ready = ready_[field(command, Field::StatRow) + row];
      cycle = std::max(cycle, ready > row ? ready - row : 0);
    }
    return cycle;
  }
  void start(const Command& command, uint64_t cycle) {
    uint64_t cyclesPerRow = kSoftmaxScalarCycles;
    if (command.opcode() == Opcode::RowScalarLayerNorm) {
      cyclesPerRow = kLayerNormScalarCycles;
    } else if (command.opcode() != Opcode::RowScalarSoftmax) {
      return;
    }
    free_ = std::max(free_, cycle);
    for (uint64_t row = 0; row < field(command, Field::Rows); ++row)
      ready_[field(command, Field::StatRow) + row] = free_ += cyclesPerRow;
  }

 private:
  std::vector<uint64_t> ready_;  ///< by statistics slot
  uint64_t free_ = 0;
};

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
  busy_ += cost.occupied;
  return times;
}

Estimate estimate(std::span<const Command> commands, const Plan& plan) {
  Estimate result;
  UnitClock units[kQueueCount];
  std::deque<uint64_t> tokens[kQueueCount][kQueueCount];  // [from][to]: when each was given
  std::vector<uint64_t> starts[kQueueCount];
  RowScalarUnit scalars(plan.statRows);
  uint64_t dispatch = 0;
  for (const Command& command : commands) {
    const OpcodeSpec* spec = findOpcode(static_cast<uint8_t>(command.opcode()));
    if (spec == nullptr || !spec->queue) {
      result.commands.push_back({dispatch, dispatch});
      result.dispatched.push_back(dispatch);
      continue;
    }
    const auto own = static_cast<std::size_t>(*spec->queue);
    auto& started = starts[own];
    if (started.size() >= plan.queueDepth)  // head of line: the queue must have room
      dispatch = std::max(dispatch, started[started.size() - plan.queueDepth]);
    ++dispatch;
    uint64_t ready = dispatch + 2;
    for (std::size_t from = 0; from < kQueueCount; ++from) {
      if (!command.waitsFor(static_cast<Queue>(from))) continue;
      if (tokens[from][own].empty())
        throw std::logic_error("a command waits for a token that no earlier command signals");
      ready = std::max(ready, tokens[from][own].front() + 2);
      tokens[from][own].pop_front();
    }
    const UnitClock::Times times =
        units[own].run(scalars.earliest(command, ready), commandCost(command, plan));
    scalars.start(command, times.start);
    started.push_back(times.start);
    for (std::size_t to = 0; to < kQueueCount; ++to)
      if (command.signals(static_cast<Queue>(to))) tokens[own][to].push_back(times.done);
    result.cycles = std::max(result.cycles, times.done);
    result.commands.push_back(times);
    result.dispatched.push_back(dispatch);
  }
  for (std::size_t q = 0; q < kQueueCount; ++q) result.busy[q] = units[q].busy();
  return result;
}

}  // namespace intformer
