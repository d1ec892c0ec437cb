#include "sw/cli/memory_input.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <vector>

#include "sw/cli/kinds.hpp"
#include "sw/perf/memory_presets.hpp"

namespace intformer::cli {
namespace {

constexpr const char* kFixed = "fixed";

}  // namespace

void addMemory(CLI::App& command, MemoryRequest& request) {
  std::vector<std::string> names = {kFixed};
  std::string help = "Memory behind the port: fixed (one latency)";
  for (const perf::MemoryPreset& preset : perf::memoryPresets()) {
    names.emplace_back(preset.name);
    help += fmt::format(", {} ({})", preset.name, preset.title);
  }
  help += "; DRAM's times are cycles of target.clock_mhz, or of a clock that suits it";
  command.add_option("--memory", request.name, help)
      ->check(CLI::IsMember(names))
      ->type_name(kind::kChoice)
      ->capture_default_str();
  command
      .add_option_function<uint32_t>(
          "--mem-latency",
          [&request](uint32_t cycles) {
            request.latency = cycles;
            request.latencyGiven = true;
          },
          "Memory latency in cycles, of --memory fixed")
      ->check(CLI::Range(1, 100'000))
      ->default_str(fmt::to_string(request.latency));
}

std::optional<MemoryInput> readMemory(const MemoryRequest& request, const Plan& plan) {
  const perf::MemoryPreset* preset = perf::findMemoryPreset(request.name);
  if (preset == nullptr) return MemoryInput{{.latency = request.latency}, ""};
  if (request.latencyGiven) {
    fmt::print(stderr,
               "--mem-latency {}: --memory {} has latencies of its own; leave one of the two away\n",
               request.latency, request.name);
    return std::nullopt;
  }
  const uint32_t mhz = plan.clockMhz == 0 ? preset->clockMhz : plan.clockMhz;
  return MemoryInput{perf::memoryTiming(*preset, mhz),
                     fmt::format("{}: {}, device at {} MHz", preset->name, preset->title, mhz)};
}

}  // namespace intformer::cli
