#pragma once

#include <cstdint>

#include "gen/plan.hpp"
#include "gen/tables/operands.hpp"
#include "sw/perf/memory_timing.hpp"

namespace intformer::compiler {

/// How a command uses its unit (docs/3-architecture.md, 3.3). Rough, for while the stream is being
/// made: the performance model (sw/perf) needs the finished one. It orders the queues, and tells
/// promising tilings from others; what is taken is decided by sw/perf.
struct CommandCost {
  uint64_t lead = 0;      ///< cycles from issue to first item; the command before hides them
  uint64_t occupied = 0;  ///< cycles in which the unit's main resource is taken
  uint64_t tail = 0;      ///< cycles from its last item until it is done
};
CommandCost commandCost(Opcode opcode, const CommandOperands& operands, const Plan& plan,
                        const perf::MemoryTiming& memory);

/// A queue's unit on the time axis: in order, one command's lead-in overlapping the one before.
class UnitClock {
 public:
  struct Times {
    uint64_t start = 0;  ///< the unit takes the command
    uint64_t done = 0;
  };
  /// The command may start at `ready`.
  Times run(uint64_t ready, const CommandCost& cost);
  /// When the main resource is free / everything taken is done.
  [[nodiscard]] uint64_t freeAt() const { return free_; }
  [[nodiscard]] uint64_t doneAt() const { return done_; }

 private:
  uint64_t accepts_ = 0;  ///< earliest start of the next command
  uint64_t free_ = 0;     ///< main resource free from here on
  uint64_t done_ = 0;
};

}  // namespace intformer::compiler
