#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "gen/tables/commands.hpp"

namespace intformer::test {

/// `blocks` runs of `count` addresses, `stride` apart.
struct Runs {
  uint64_t begin = 0, stride = 0, blocks = 1, count = 1;
  [[nodiscard]] uint64_t end() const { return begin + (blocks - 1) * stride + count; }
  [[nodiscard]] bool meets(const Runs& other) const {  // by their hulls
    return begin < other.end() && other.begin < end();
  }
};

/// Commands that must keep their order among themselves, because of the row statistics; others may
/// come between. Nothing may write the locked accumulator rows until the script is over.
struct Script {
  std::deque<Command> commands;
  Runs slots;
  std::optional<Runs> locked;
};

}  // namespace intformer::test
