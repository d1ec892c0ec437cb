#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gen/plan.hpp"
#include "gen/tables/commands.hpp"
#include "sw/perf/bus.hpp"

/// Performance model: how long a device takes for a program, without its data.
namespace intformer::perf {

/// A unit takes a command, or the command is complete. Cycle 0: fetch is told to start.
struct Event {
  uint64_t cycle = 0;
  uint32_t command = 0;
  Queue queue = Queue::Load;
  bool done = false;
};

struct Run {
  uint64_t cycles = 0;        ///< as the device counts them
  uint64_t bytesRead = 0;     ///< whole bus beats, program included
  uint64_t bytesWritten = 0;
  DramUse dram;  ///< of a memory that is DRAM
  std::vector<Event> events;  ///< by cycle; within a cycle by queue, ends before starts
};

/// Cycles from the host's write to the doorbell until cycle 0 of the events.
inline constexpr uint64_t kStartCycles = 8;

/// Follows a program, `address` bytes into memory, through a device of this plan: every queue,
/// token, burst, memory bank and buffer, but no value. Data never matter, but for the lists of
/// gathers: these are read from `image`, the memory from `imageAddress` on before the run; without
/// one, well-spread rows stand in for them.
/// Throws std::logic_error when the program can never end: a token that nobody signals.
Run estimate(std::span<const Command> commands, uint64_t address, const Plan& plan,
             const MemoryTiming& memory = {}, std::span<const uint8_t> image = {},
             uint64_t imageAddress = 0);

}  // namespace intformer::perf
