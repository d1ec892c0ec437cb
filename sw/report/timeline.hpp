#pragma once

#include <string>
#include <vector>

#include "sw/report/run_data.hpp"

namespace intformer::report {

/// A command on its unit's time axis. A unit finishes its commands in order, so a command's slice
/// begins when the unit has taken it and the one before is done; slices of a unit do not overlap.
struct Slice {
  uint32_t command = 0;
  std::size_t track = 0;  ///< the queue's number; kDispatchTrack for `end`
  uint64_t begin = 0;     ///< cycles from the doorbell
  uint64_t end = 0;       ///< > begin
};
inline constexpr std::size_t kDispatchTrack = kQueueCount;

/// One slice per command that was done, by track and time.
std::vector<Slice> slices(const RunData& run);

/// The Chrome trace event format, as Perfetto and chrome://tracing read it: a thread per unit, a
/// complete event per command, 1 microsecond per cycle.
std::string timelineJson(const RunData& run);

}  // namespace intformer::report
