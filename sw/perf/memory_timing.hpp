#pragma once

#include <cstdint>

namespace intformer::perf {

/// The memory behind a device's port.
struct MemoryTiming {
  uint32_t latency = 100;     ///< cycles from an accepted read address to its first beat, and from
                              ///< the last write beat to the response
  uint32_t outstanding = 32;  ///< bursts that it takes in each direction
};

}  // namespace intformer::perf
