#pragma once

#include <algorithm>
#include <cstring>

#include "sw/perf/memory_presets.hpp"
#include "tests/catch.hpp"
#include "tests/programs/random_program.hpp"
#include "tests/system/support.hpp"

namespace intformer::system_test {

/// The same program for a memory that begins at `base`.
inline test::RandomProgram moved(test::RandomProgram program, uint64_t base) {
  program.programAddress += base;
  for (emulator::MemoryWindow& window : program.windows) window.base += base, window.end += base;
  for (std::size_t i = 0; i < program.commands.size(); ++i) {
    Command& command = program.commands[i];
    const OpcodeSpec& spec = *findOpcode(command.opcode());
    for (const Field field : {Field::MemoryAddr, Field::IndexAddr})
      if (std::ranges::find(spec.fields, field) != spec.fields.end())
        command.set(field, static_cast<int64_t>(command.at(field) + base));
    std::memcpy(program.memory.data() + i * kCommandBytes, command.words().data(), kCommandBytes);
  }
  return program;
}

/// A random program leaves the same memory on the device as on the emulator. `atTop`: the memory is
/// the last that the device's address bits reach; of 64 bits, all but 4 KiB, because a window cannot
/// end at 2^64.
inline void requireSameMemory(Device& device, uint64_t seed, bool atTop = false) {
  const Plan& plan = device.plan;
  test::RandomProgram program = test::randomProgram(plan, seed);
  if (plan.windowCount < program.windows.size())
    program.windows = {{0, program.windows.back().end, window::kReadable | window::kWritable}};
  std::vector<uint8_t> expected = program.memory;
  emulator::EmulatorOptions options;
  options.windows = program.windows;
  options.programAddress = program.programAddress;
  const emulator::EmulationResult emulated =
      emulator::runProgram(plan, program.commands, expected, options);
  INFO(emulated.message);
  REQUIRE(emulated.ok());
  uint64_t base = 0;
  if (atTop) {
    const uint64_t size = (program.memory.size() + 4095) / 4096 * 4096;
    base = plan.addressBits == 64 ? ~uint64_t{4095} - size
                                  : (uint64_t{1} << plan.addressBits) - size;
    program = moved(std::move(program), base);
    std::copy_n(program.memory.begin(), program.commands.size() * kCommandBytes, expected.begin());
  }

  // A different memory for every program: latency or DRAM, rate, stalls and depth.
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
  if (const auto presets = perf::memoryPresets(); pick(27, 3) == 0)
    timing.dram = *perf::memoryTiming(presets[pick(40, presets.size())], 200).dram;
  device.sim.setTiming(timing);
  device.sim.setMemory(program.memory, base);
  device.sim.setWatchdog(
      tb::watchdogCycles(program.commands, plan.dim, timing.read_latency, timing.stall));
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
  REQUIRE(run.counters[INTFORMER_COUNT_COMMANDS] ==
          (plan.counters == Counters::None ? INTFORMER_NOT_COUNTED : program.commands.size()));
}

}  // namespace intformer::system_test
