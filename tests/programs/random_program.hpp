#pragma once

#include <cstdint>
#include <vector>

#include "gen/plan.hpp"
#include "gen/tables/commands.hpp"
#include "sw/emulator/emulator.hpp"

namespace intformer::test {

/// A legal program with its memory image and the windows to open. Every command kind occurs over
/// many seeds; all that it computes ends in memory, so the whole image can be compared.
struct RandomProgram {
  std::vector<Command> commands;                ///< the last is End; at most kMaxRandomCommands
  std::vector<uint8_t> memory;                  ///< image before the run, commands included
  uint64_t programAddress = 0;                  ///< a multiple of 64
  std::vector<emulator::MemoryWindow> windows;  ///< two: read-only inputs, read-write results
};

inline constexpr std::size_t kMaxRandomCommands = 96;

/// Same plan and seed, same program. It reads only what it has written, keeps every sum within
/// int32, and orders every conflict by tokens (some of them redundant).
RandomProgram randomProgram(const Plan& plan, uint64_t seed);

}  // namespace intformer::test
