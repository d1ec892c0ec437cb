#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sw/program/program.hpp"
#include "tb/device.hpp"
#include "tb/scoreboard.hpp"

namespace intformer::tb {

/// A stretch of memory opened to the device: [base, end).
struct OpenWindow {
  uint64_t base = 0;
  uint64_t end = 0;
  uint32_t permissions = 0;
};

/// What the device is told before it starts.
struct Job {
  uint64_t programAddress = 0;
  uint32_t commands = 0;
  std::vector<OpenWindow> windows;
};

/// The windows that a compiled model asks for: program and constants read-only, tensors read-write.
/// A device with a single window gets one over everything.
Job jobOf(const Program& program, uint32_t windowCount);

struct DeviceRun {
  intformer_result result = INTFORMER_OK;
  std::string failure;  ///< when result is INTFORMER_ACCESS_FAILED or a timeout: why
  intformer_error error{};
  /// INTFORMER_NOT_COUNTED: the device does not have it.
  std::array<uint64_t, INTFORMER_COUNTER_COUNT> counters{};
  uint64_t startCycle = 0;  ///< simulation cycle of the doorbell
  uint64_t endCycle = 0;
  double seconds = 0;     ///< wall time between the two
  double cpuSeconds = 0;  ///< of this process, the same; other work on the machine disturbs it less

  [[nodiscard]] bool ok() const { return result == INTFORMER_OK; }
  /// Whether the device has the counter.
  [[nodiscard]] bool counts(uint32_t counter) const {
    return counters[counter] != INTFORMER_NOT_COUNTED;
  }
  [[nodiscard]] double kilohertz() const {
    return seconds > 0 ? static_cast<double>(endCycle - startCycle) / seconds / 1000 : 0;
  }
  /// One line for people: "the device stopped with an error: write_window: ..., command 17, ...".
  [[nodiscard]] std::string text() const;
};

/// Drives a device through its registers, with the runtime: identify, open windows, start, wait,
/// read counters and error. The device's memory holds the image already. `budget` in cycles.
DeviceRun runJob(SimDevice& device, const Job& job, uint64_t budget);

/// Cycles without any movement on the pins that no command of this program can take.
uint64_t watchdogCycles(std::span<const Command> commands, uint32_t dim, uint32_t memoryLatency,
                        double stall);

/// Commands that were started and not complete at a cycle.
std::vector<uint32_t> runningAt(std::span<const sim_event> events, uint64_t cycle);

}  // namespace intformer::tb
