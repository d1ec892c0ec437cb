#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "sw/link/board_link.hpp"

namespace intformer::board_host {

/// What a board's memory is to hold from an address on; both are multiples of 4.
struct Stretch {
  uint32_t address = 0;
  std::span<const uint8_t> bytes;
};

struct LoadResult {
  uint64_t bytes = 0;  ///< that were asked for
  uint64_t sent = 0;   ///< of them: the others were there already
  double seconds = 0;

  LoadResult& operator+=(const LoadResult& other);
};

/// Bytes that are there, of all.
using LoadProgress = std::function<void(uint64_t done, uint64_t total)>;

/// Brings a board's memory to hold all of it: compares checksums by blocks, sends those that
/// differ, and compares everything once more. So a second load of the same sends nothing, and one
/// after an interruption the rest. Throws LinkError where memory does not keep what is sent.
LoadResult load(link::BoardLink& link, std::span<const Stretch> stretches,
                const LoadProgress& progress = {});

}  // namespace intformer::board_host
