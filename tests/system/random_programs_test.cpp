#include <algorithm>

#include "sw/emulator/random_program.hpp"
#include "tests/catch.hpp"
#include "tests/system/support.hpp"

using namespace intformer;
using namespace intformer::system_test;

namespace {

/// Programs per config; four configs make two thousand.
constexpr uint64_t kPrograms = 500;

void requireSameMemory(Device& device, uint64_t seed) {
  const RandomProgram program = randomProgram(device.plan, seed);
  std::vector<uint8_t> expected = program.memory;
  EmulatorOptions options;
  options.windows = program.windows;
  options.programAddress = program.programAddress;
  const EmulationResult emulated = runProgram(device.plan, program.commands, expected, options);
  INFO(emulated.message);
  REQUIRE(emulated.ok());

  // A different memory for every program: latency, rate, stalls and depth.
  const auto pick = [&](uint64_t salt, uint64_t below) {
    return (seed * 0x9E3779B97F4A7C15ULL >> salt) % below;
  };
  sim_memory_timing timing{};
  timing.read_latency = static_cast<uint32_t>(1 + pick(8, 120));
  timing.write_latency = static_cast<uint32_t>(1 + pick(20, 60));
  timing.bandwidth = pick(30, 3) == 0 ? 0.4 : 1.0;
  timing.stall = static_cast<double>(pick(36, 5)) * 0.12;
  timing.outstanding = static_cast<uint32_t>(1 + pick(44, 12));
  timing.write_order = static_cast<sim_write_order>(pick(50, 4));
  timing.seed = seed;
  device.sim.setTiming(timing);
  device.sim.setMemory(program.memory);
  device.sim.setWatchdog(
      tb::watchdogCycles(program.commands, device.plan.dim, timing.read_latency, timing.stall));
  device.sim.clearEvents();
  device.sim.reset();
  const tb::DeviceRun run = tb::runJob(
      device.sim, jobOf(program.programAddress, program.commands.size(), program.windows),
      100'000'000);
  INFO(run.text());
  REQUIRE(run.ok());
  const auto [got, want] = std::mismatch(device.sim.memory().begin(),
                                         device.sim.memory().begin() +
                                             static_cast<std::ptrdiff_t>(expected.size()),
                                         expected.begin());
  INFO("first difference at byte " << want - expected.begin() << " of " << expected.size());
  REQUIRE(want == expected.end());
  REQUIRE(run.counters[INTFORMER_COUNT_COMMANDS] == program.commands.size());
}

/// The first program after a power-up: later ones find what the first has left.
void fromRandomStart(const std::string& config, uint64_t firstSeed, uint64_t count) {
  const Plan plan = planOf(config);
  const auto library = tb::buildDevice(plan, emitAll(plan), {.randomStart = true});
  for (uint64_t seed = firstSeed; seed < firstSeed + count; ++seed) {
    INFO(config << ", power-up and seed " << seed);
    Device device(config, {}, library, seed);
    requireSameMemory(device, seed);
  }
}

void manyPrograms(const std::string& config, uint64_t firstSeed) {
  Device device(config);
  for (uint64_t seed = firstSeed; seed < firstSeed + kPrograms; ++seed) {
    INFO(config << ", seed " << seed);
    requireSameMemory(device, seed);
  }
}

}  // namespace

TEST_CASE("random programs leave the emulator's memory on tiny4", "[tiny4]") {
  manyPrograms("tiny4", 1000);
}
TEST_CASE("the memory does not depend on what registers and memories hold at power-up", "[start]") {
  fromRandomStart("tiny4", 1500, 40);
}
TEST_CASE("random programs leave the emulator's memory on edge8", "[edge8]") {
  manyPrograms("edge8", 2000);
}
TEST_CASE("random programs leave the emulator's memory on base16", "[base16]") {
  manyPrograms("base16", 3000);
}
TEST_CASE("random programs leave the emulator's memory on wide32", "[wide32]") {
  manyPrograms("wide32", 4000);
}
