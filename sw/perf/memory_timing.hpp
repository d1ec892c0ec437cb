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

  /// In which DRAM's chips move so many bytes, rows and all else apart; 0 of a fixed latency, where
  /// the port is all that counts.
  [[nodiscard]] uint64_t dataCycles(uint64_t bytes) const {
    return dram ? bytes * dram->data_cycles / dram->data_bytes : 0;
  }
};

}  // namespace intformer::perf
