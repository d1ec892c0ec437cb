#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "gen/plan.hpp"
#include "sw/perf/memory_timing.hpp"

namespace intformer::cli {

/// The memory behind a device's port, as the options say it.
struct MemoryRequest {
  std::string name = "fixed";
  uint32_t latency = 100;
  bool latencyGiven = false;
};

struct MemoryInput {
  perf::MemoryTiming timing;
  std::string dram;  ///< "ddr4: DDR4-2400 x64, device at 200 MHz"; empty: of a fixed latency
};

/// Adds --memory and --mem-latency.
void addMemory(CLI::App& command, MemoryRequest& request);

/// Behind this device; says on stderr what options do not go together.
std::optional<MemoryInput> readMemory(const MemoryRequest& request, const Plan& plan);

}  // namespace intformer::cli
