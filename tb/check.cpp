#include "tb/check.hpp"

#include <algorithm>

namespace intformer::tb {

sim_memory_timing memoryTiming(const perf::MemoryTiming& memory, double stall, uint64_t seed) {
  return {.read_latency = memory.latency,
          .write_latency = memory.latency,
          .bandwidth = 1.0,
          .stall = stall,
          .seed = seed,
          .outstanding = memory.outstanding,
          .write_order = SIM_ADDRESS_FIRST,
          .dram = memory.dram.value_or(intformer_dram_timing{})};
}

sim_memory_timing memoryTiming(uint32_t latency, double stall, uint64_t seed) {
  return memoryTiming(perf::MemoryTiming{.latency = latency}, stall, seed);
}

std::vector<perf::Event> commandEvents(const SimDevice& device) {
  std::vector<perf::Event> events;
  events.reserve(device.events().size());
  for (const sim_event& event : device.events())
    events.push_back({event.cycle, event.command, static_cast<Queue>(event.queue),
                      event.done != 0});
  return events;
}

RtlCheck checkOnDevice(SimDevice& device, const Plan& plan, const Program& program,
                       Scoreboard& scoreboard, std::vector<uint8_t> image,
                       const sim_memory_timing& timing) {
  const uint64_t bytes = image.size();
  device.setMemory(std::move(image));
  device.setTiming(timing);
  device.setWatchdog(
      watchdogCycles(program.commands, program.dim, timing.read_latency, timing.stall));
  device.observeWrites(
      [](void* context, uint64_t cycle, uint64_t address, const uint8_t* data, uint64_t strobe) {
        static_cast<Scoreboard*>(context)->observe(cycle, address, data, strobe);
      },
      &scoreboard);
  device.clearEvents();
  device.reset();

  RtlCheck check;
  constexpr uint64_t kBudget = uint64_t{1} << 40;  // the watchdog ends what does not move
  check.run = runJob(device, jobOf(program, plan.windowCount), kBudget);
  device.observeWrites(nullptr, nullptr);
  check.events = commandEvents(device);
  check.comparison = scoreboard.compare({device.memory().data(), bytes}, true);
  if (scoreboard.firstWrite()) {
    check.comparison.first = scoreboard.firstWrite();
    check.comparison.mismatches = std::max<uint64_t>(check.comparison.mismatches, 1);
  }
  if (check.comparison.first) {
    Mismatch& first = *check.comparison.first;
    scoreboard.blame(first, runningAt(device.events(), first.cycle));
  }
  return check;
}

}  // namespace intformer::tb
