#pragma once

#include <functional>
#include <vector>

#include "gen/plan.hpp"
#include "sw/perf/estimate.hpp"
#include "tb/rtl_run.hpp"

namespace intformer::tb {

/// A compiled model on the simulated device, held to the golden values.
struct RtlCheck {
  DeviceRun run;
  Comparison comparison;  ///< of the memory after the run, and of what was never written
  std::vector<perf::Event> events;

  [[nodiscard]] bool equal() const { return run.ok() && comparison.mismatches == 0; }
};

/// Runs the program on the device from a hardware reset. Every write is compared as it happens; the
/// first wrong one is `comparison.first`, with command and cycle. Afterwards every value of every
/// tensor is compared. `image` is the memory before the run.
RtlCheck checkOnDevice(SimDevice& device, const Plan& plan, const Program& program,
                       Scoreboard& scoreboard, std::vector<uint8_t> image,
                       const sim_memory_timing& timing);

/// What the device has told of its commands since clearEvents(), as the performance model tells it.
std::vector<perf::Event> commandEvents(const SimDevice& device);

/// Memory timing with one latency for both directions, full bandwidth.
sim_memory_timing memoryTiming(uint32_t latency = 100, double stall = 0, uint64_t seed = 1);
/// The memory that the performance model is told of.
sim_memory_timing memoryTiming(const perf::MemoryTiming& memory, double stall = 0,
                               uint64_t seed = 1);

}  // namespace intformer::tb
