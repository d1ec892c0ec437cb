#pragma once

#include <cstdint>
#include <optional>

#include "sw/perf/dram_timing.h"

namespace intformer::perf {

/// The memory behind a device's port: of a fixed latency, or DRAM (sw/perf/dram.hpp).
struct MemoryTiming {
  uint32_t latency = 100;     ///< cycles from an accepted read address to its first beat, and from
                              ///< the last write beat to the response; of DRAM: about so many
  uint32_t outstanding = 32;  ///< bursts that it takes in each direction
  std::optional<intformer_dram_timing> dram = {};
};

}  // namespace intformer::perf
