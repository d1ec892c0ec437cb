#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "gen/plan.hpp"
#include "gen/tables/commands.hpp"

namespace intformer {

enum class Space : uint8_t { Memory, Scratch, Accumulator, Statistics };
std::string_view spaceName(Space space);

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
void listTouches(const Plan& plan, const Command& command, std::vector<Touch>& result);

}  // namespace intformer
