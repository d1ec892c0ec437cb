#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gen/plan.hpp"
#include "gen/tables/operands.hpp"

namespace intformer::emulator {

/// A contiguous interval that a command touches: [begin, end), in bytes of memory, scratchpad
/// words, accumulator rows or statistics slots.
struct Touch {
  Space space = Space::Scratch;
  bool write = false;
  uint64_t begin = 0;
  uint64_t end = 0;
  bool operator==(const Touch&) const = default;
};

/// Everything that a command reads and writes, reads first, in the order in which the unit meets
/// it. Neighbouring intervals are merged. The sizes in the command must not be zero.
/// `result` is cleared first; it is a parameter so that its storage can be used again.
/// The rows of the table that a gather reads are not among them: the list names them.
void listTouches(const Plan& plan, const Command& command, std::vector<Touch>& result);

/// The rows that a gather reads from memory, appended. `list`: its row numbers.
void listGatheredRows(const Plan& plan, const Command& command, std::span<const uint32_t> list,
                      std::vector<Touch>& result);

}  // namespace intformer::emulator
