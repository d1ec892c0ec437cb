// The performance model against the RTL on random programs: every opcode, every token pattern,
// another memory for each.

#include <algorithm>

#include "gen/config.hpp"
#include "gen/emit/emit.hpp"
#include "sw/perf/estimate.hpp"
#include "sw/perf/memory_presets.hpp"
#include "tb/build_device.hpp"
#include "tb/check.hpp"
#include "tests/catch.hpp"
#include "tests/perf/random_dram.hpp"
#include "tests/programs/random_program.hpp"

using namespace intformer;
using namespace intformer::test;

namespace {

/// Random lists pick random rows of a table: then data decide.
bool dataDecide(const std::vector<Command>& commands) {
  return std::ranges::any_of(commands, [](const Command& command) {
    return command.opcode() == Opcode::Gather;
  });
}

/// A fixed latency, then a preset's DRAM, then any.
std::vector<perf::MemoryTiming> memoriesOf(uint64_t seed) {
  const auto latency = static_cast<uint32_t>(1 + seed * 37 % 150);
  const auto outstanding = static_cast<uint32_t>(1 + seed % 12);
  const auto presets = perf::memoryPresets();
  std::mt19937_64 random(seed);
  std::vector<perf::MemoryTiming> memories = {
      {.latency = latency},
      perf::memoryTiming(presets[seed % presets.size()], static_cast<uint32_t>(50 * (seed % 5))),
      {.latency = latency, .dram = perf_test::randomTiming(random)}};
  if (seed % 2 == 0) memories.erase(memories.begin() + 1 + static_cast<int>(seed / 2 % 2));
  for (perf::MemoryTiming& memory : memories) memory.outstanding = outstanding;
  return memories;
}

struct Simulated {
  const Plan plan;
  tb::SimDevice device;
};

void compare(Simulated& on, const RandomProgram& program, const perf::MemoryTiming& memory) {
  on.device.setTiming(tb::memoryTiming(memory));
  on.device.setMemory(program.memory);
  on.device.setWatchdog(1'000'000);
  on.device.reset();
  tb::Job job{program.programAddress, static_cast<uint32_t>(program.commands.size()), {}};
  for (const emulator::MemoryWindow& w : program.windows)
    job.windows.push_back({w.base, w.end, w.permissions});
  const tb::DeviceRun run = tb::runJob(on.device, job, 10'000'000);
  INFO(run.text());
  REQUIRE(run.ok());
  const perf::Run model =
      perf::estimate(program.commands, program.programAddress, on.plan, memory);
  CHECK(model.cycles == run.counters[INTFORMER_COUNT_CYCLES]);
  CHECK(model.bytesRead == run.counters[INTFORMER_COUNT_READ_BYTES]);
  CHECK(model.bytesWritten == run.counters[INTFORMER_COUNT_WRITE_BYTES]);
}

void check(const std::string& config, uint64_t seeds) {
  const Plan plan = *loadConfig("configs/" + config + ".toml", {}).plan;
  Simulated on{plan, tb::SimDevice(tb::buildDevice(plan, emitAll(plan)))};
  uint32_t compared = 0;
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    const RandomProgram program = randomProgram(plan, seed);
    if (dataDecide(program.commands)) continue;
    for (const perf::MemoryTiming& memory : memoriesOf(seed)) {
      INFO(config << ", seed " << seed << (memory.dram ? ", DRAM" : ""));
      compare(on, program, memory);
      ++compared;
    }
  }
  CHECK(compared > seeds / 10);
}

}  // namespace

TEST_CASE("random programs take the estimated time on tiny4", "[tiny4]") { check("tiny4", 400); }
TEST_CASE("random programs take the estimated time on edge8", "[edge8]") { check("edge8", 400); }
