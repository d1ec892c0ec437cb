#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gen/plan.hpp"
#include "gen/tables/commands.hpp"

namespace intformer {

/// How a command uses its unit (docs/3-architecture.md, 3.3). Rough: it orders the stream.
struct CommandCost {
  uint64_t lead = 0;      ///< cycles from issue to first item; the command before hides them
  uint64_t occupied = 0;  ///< cycles in which the unit's main resource is taken
  uint64_t tail = 0;      ///< cycles from its last item until it is done
};
CommandCost commandCost(const Command& command, const Plan& plan);

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
  /// Cycles in which the main resource was taken.
  [[nodiscard]] uint64_t busy() const { return busy_; }

 private:
  uint64_t accepts_ = 0;  ///< earliest start of the next command
  uint64_t free_ = 0;     ///< main resource free from here on
  uint64_t done_ = 0;
  uint64_t busy_ = 0;
};

struct Estimate {
  uint64_t cycles = 0;
  uint64_t busy[kQueueCount] = {};
  std::vector<UnitClock::Times> commands;  ///< by command of the stream
  std::vector<uint64_t> dispatched;        ///< when each command entered its queue
};

/// Walks a finished stream through dispatcher, queues, tokens and units.
/// Throws std::logic_error when a token is waited for that nobody before it signals.
Estimate estimate(std::span<const Command> commands, const Plan& plan);

}  // namespace intformer
