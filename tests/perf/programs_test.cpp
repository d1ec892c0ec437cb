// The performance model against the RTL on random programs: every opcode, every token pattern,
// another memory for each.

#include <algorithm>

#include "gen/config.hpp"
#include "gen/emit/emit.hpp"
#include "sw/perf/estimate.hpp"
#include "tb/build_device.hpp"
#include "tb/rtl_run.hpp"
#include "tests/catch.hpp"
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

void check(const std::string& config, uint64_t seeds) {
  const Plan plan = *loadConfig("configs/" + config + ".toml", {}).plan;
  tb::SimDevice device(tb::buildDevice(plan, emitAll(plan)));
  uint32_t compared = 0;
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    const RandomProgram program = randomProgram(plan, seed);
    if (dataDecide(program.commands)) continue;
    const perf::MemoryTiming timing{.latency = static_cast<uint32_t>(1 + seed * 37 % 150),
                                    .outstanding = static_cast<uint32_t>(1 + seed % 12)};
    device.setTiming({.read_latency = timing.latency,
                      .write_latency = timing.latency,
                      .bandwidth = 1,
                      .stall = 0,
                      .seed = 1,
                      .outstanding = timing.outstanding});
    device.setMemory(program.memory);
    device.setWatchdog(1'000'000);
    device.reset();
    tb::Job job{program.programAddress, static_cast<uint32_t>(program.commands.size()), {}};
    for (const emulator::MemoryWindow& w : program.windows)
      job.windows.push_back({w.base, w.end, w.permissions});
    const tb::DeviceRun run = tb::runJob(device, job, 10'000'000);
    INFO(config << ", seed " << seed << ": " << run.text());
    REQUIRE(run.ok());
    const perf::Run model =
        perf::estimate(program.commands, program.programAddress, plan, timing);
    CHECK(model.cycles == run.counters[INTFORMER_COUNT_CYCLES]);
    CHECK(model.bytesRead == run.counters[INTFORMER_COUNT_READ_BYTES]);
    CHECK(model.bytesWritten == run.counters[INTFORMER_COUNT_WRITE_BYTES]);
    ++compared;
  }
  CHECK(compared > seeds / 10);
}

}  // namespace

TEST_CASE("random programs take the estimated time on tiny4", "[tiny4]") { check("tiny4", 400); }
TEST_CASE("random programs take the estimated time on edge8", "[edge8]") { check("edge8", 400); }
