#pragma once

#include <span>
#include <string_view>

#include "sw/perf/memory_timing.hpp"

namespace intformer::perf {

/// DRAM as data sheets have it; times in nanoseconds, as in dram_timing.h.
struct MemoryPreset {
  std::string_view name, title;
  uint32_t clockMhz;  ///< of the device, where its config names none
  uint32_t banks, rowBytes, accessBytes;
  uint32_t megabytesPerSecond;
  double rcd, rp, ras, rc, rrd, cl, cwl, rtp, wr, wtr, rtw, rfc, refi;
  double latency;
};

std::span<const MemoryPreset> memoryPresets();

/// nullptr: no preset has that name.
const MemoryPreset* findMemoryPreset(std::string_view name);

/// Behind a device of that clock; 0: of the preset's. Times are rounded up to whole cycles.
MemoryTiming memoryTiming(const MemoryPreset& preset, uint32_t clockMhz);

}  // namespace intformer::perf
