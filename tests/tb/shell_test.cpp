#include <fstream>
#include <sstream>

#include "sw/perf/dram.hpp"
#include "sw/perf/memory_presets.hpp"
#include "tb/build_device.hpp"
#include "tb/check.hpp"
#include "tb/device.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

using namespace intformer;
using namespace intformer::tb;

namespace {

constexpr uint32_t kControl = 0x0, kAddress = 0x4, kLastBeat = 0x8, kFault = 0xc, kWaited = 0x10,
                   kWorst = 0x14;
constexpr uint32_t kRead = 1, kWrite = 2, kClear = 4;

std::filesystem::path probeLibrary(bool traced = false) {
  std::ifstream in("tests/tb/probe_top.sv");
  std::ostringstream text;
  text << in.rdbuf();
  Plan plan;
  plan.name = "probe";
  plan.addressBits = 32;
  plan.busBytes = 8;
  const std::vector<EmittedFile> files = {{"probe_top.sv", text.str()},
                                          {"probe.f", "probe_top.sv\n"}};
  return buildDevice(plan, files,
                     {.root = {}, .traced = traced, .assertions = true, .quiet = true});
}

/// The probe device with 64 KiB of memory whose bus word i holds i.
struct Probe {
  SimDevice device{probeLibrary()};

  Probe() {
    std::vector<uint8_t> memory(65536);
    for (uint32_t i = 0; i < memory.size() / 8; ++i)
      for (uint32_t b = 0; b < 4; ++b) memory[i * 8 + b] = static_cast<uint8_t>(i >> (8 * b));
    device.setMemory(memory);
    device.reset();
  }
  void write(uint32_t offset, uint32_t value) { REQUIRE(device.writeRegister(offset, value) == 0); }
  uint32_t read(uint32_t offset) {
    uint32_t value = 0;
    REQUIRE(device.readRegister(offset, value) == 0);
    return value;
  }
  sim_stop burst(uint32_t kind, uint32_t address, uint32_t beats, uint64_t budget = 100'000) {
    write(kAddress, address);
    write(kLastBeat, beats - 1);
    write(kControl, kind);
    const auto access = device.access();
    return access.pause(access.context, budget) == 0
               ? (device.interrupt() ? SIM_INTERRUPT : SIM_BUDGET)
               : SIM_PROTOCOL;
  }
};

uint32_t sumOf(uint32_t address, uint32_t beats) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < beats; ++i) sum += address / 8 + i;
  return sum;
}

}  // namespace

TEST_CASE("a read burst returns the memory after the configured latency at full rate") {
  Probe probe;
  for (const uint32_t latency : {1u, 7u, 100u}) {
    probe.device.setTiming({latency, latency, 1.0, 0.0, 1, 8});
    CHECK(probe.burst(kRead, 0x1000, 16) == SIM_INTERRUPT);
    CHECK(probe.read(kControl) == sumOf(0x1000, 16));
    CHECK(probe.read(kWaited) == latency + 16);
    probe.write(kControl, kClear);
  }
}

/// The cycle of the last beat or of the response, counted from that of the address or last beat.
uint64_t waitOf(perf::Dram& dram, uint64_t now, bool write, uint64_t address, uint32_t beats) {
  dram.accept(now, write, address, beats);
  perf::Dram::Served served;
  REQUIRE(dram.serve(now + 100'000, served));
  return served.ready - now + (write ? 0 : beats - 1);
}

TEST_CASE("DRAM gives the same bytes at its own times") {
  Probe probe;
  for (const perf::MemoryPreset& preset : perf::memoryPresets()) {
    CAPTURE(preset.name);
    const perf::MemoryTiming memory = perf::memoryTiming(preset, 100);
    probe.device.setTiming(memoryTiming(memory));
    probe.device.reset();
    perf::Dram dram(*memory.dram, 8);
    CHECK(probe.burst(kRead, 0x1000, 16) == SIM_INTERRUPT);
    CHECK(probe.read(kControl) == sumOf(0x1000, 16));
    const uint32_t waited = probe.read(kWaited);
    CHECK(waited == waitOf(dram, 1000, false, 0x1000, 16) + 1);
    probe.write(kControl, kClear);
    // Its row is open now, and closed again behind a reset.
    CHECK(probe.burst(kRead, 0x1000, 16) == SIM_INTERRUPT);
    CHECK(probe.read(kWaited) == waited - memory.dram->rcd);
    probe.write(kControl, kClear);
    probe.device.reset();
    CHECK(probe.burst(kRead, 0x1000, 16) == SIM_INTERRUPT);
    CHECK(probe.read(kWaited) == waited);
    probe.write(kControl, kClear);
    CHECK(probe.burst(kWrite, 0x4000, 32) == SIM_INTERRUPT);
    for (uint32_t i = 0; i < 32; ++i) CHECK(probe.device.memory()[0x4000 + 8 * i] == i);
    probe.write(kControl, kClear);
  }
}

TEST_CASE("what waits for DRAM comes, too, when the memory is told to be another") {
  Probe probe;
  perf::MemoryTiming memory = perf::memoryTiming(*perf::findMemoryPreset("sdram"), 0);
  memory.dram->latency = 1000;
  probe.device.setTiming(memoryTiming(memory));
  probe.device.reset();
  for (const uint32_t cycles : {1U, 2U, 3U, 4U, 40U}) {
    CHECK(probe.burst(kRead, 0x1000, 16, cycles) == SIM_BUDGET);
    probe.device.setTiming(memoryTiming(5));
    CHECK(probe.device.run(3000) == SIM_INTERRUPT);
    CHECK(probe.read(kControl) == sumOf(0x1000, 16));
    probe.write(kControl, kClear);
    probe.device.setTiming(memoryTiming(memory));
  }
}

TEST_CASE("bandwidth limits the rate of beats") {
  Probe probe;
  probe.device.setTiming({10, 10, 0.25, 0.0, 1, 8});
  CHECK(probe.burst(kRead, 0, 64) == SIM_INTERRUPT);
  CHECK(probe.read(kWaited) == Approx(10 + 64 * 4).margin(8));
}

TEST_CASE("random stalls change when data move and never what moves") {
  Probe probe;
  uint32_t waited = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    probe.device.setTiming({5, 5, 1.0, 0.4, seed, 8});
    CHECK(probe.burst(kRead, 0x800, 32) == SIM_INTERRUPT);
    CHECK(probe.read(kControl) == sumOf(0x800, 32));
    waited += probe.read(kWaited);
    probe.write(kControl, kClear);
    CHECK(probe.burst(kWrite, 0x4000, 32) == SIM_INTERRUPT);
    for (uint32_t i = 0; i < 32; ++i) CHECK(probe.device.memory()[0x4000 + 8 * i] == i);
    probe.write(kControl, kClear);
  }
  CHECK(waited > 20 * (5 + 32 + 10));
}

TEST_CASE("a memory takes addresses and data of writes in the order that it is told") {
  Probe probe;
  uint64_t seed = 1;
  for (const auto order : {SIM_ADDRESS_FIRST, SIM_DATA_OFFERED, SIM_DATA_FIRST, SIM_ANY_ORDER})
    for (const double stall : {0.0, 0.4}) {
      CAPTURE(order, stall);
      probe.device.setTiming({5, 5, 1.0, stall, seed++, 8, order});
      probe.device.memory().assign(65536, 0);
      for (const uint32_t beats : {1U, 16U, 256U}) {
        CHECK(probe.burst(kWrite, 0x4000, beats) == SIM_INTERRUPT);
        for (uint32_t i = 0; i < beats; ++i)
          CHECK(probe.device.memory()[0x4000 + 8 * i] == (i & 0xff));
        probe.write(kControl, kClear);
      }
    }
  // A master that keeps its data until the address is taken waits for ever.
  probe.device.setWatchdog(500);
  probe.write(kFault, 8);
  for (const auto order : {SIM_ADDRESS_FIRST, SIM_ANY_ORDER}) {
    probe.device.setTiming({5, 5, 1.0, 0.0, 1, 8, order});
    CHECK(probe.burst(kWrite, 0x4000, 4) == SIM_INTERRUPT);
    probe.write(kControl, kClear);
  }
  for (const auto order : {SIM_DATA_OFFERED, SIM_DATA_FIRST}) {
    probe.device.setTiming({5, 5, 1.0, 0.0, 1, 8, order});
    CHECK(probe.burst(kWrite, 0x4000, 4) == SIM_PROTOCOL);
    CHECK_THAT(probe.device.failure(), containsText("nothing moved for 500 cycles"));
    probe.device.reset();
    probe.write(kFault, 8);
  }
}

TEST_CASE("writes are observed beat by beat and land in the memory") {
  Probe probe;
  std::vector<uint64_t> seen;
  probe.device.observeWrites(
      [](void* context, uint64_t, uint64_t address, const uint8_t* bytes, uint64_t strobe) {
        auto& list = *static_cast<std::vector<uint64_t>*>(context);
        CHECK(bytes[0] == list.size());
        CHECK(strobe == 0xff);
        list.push_back(address);
      },
      &seen);
  CHECK(probe.burst(kWrite, 0x2000, 4) == SIM_INTERRUPT);
  CHECK(seen == std::vector<uint64_t>{0x2000, 0x2008, 0x2010, 0x2018});
  CHECK(probe.device.memory()[0x2018] == 3);
  CHECK(probe.device.memory()[0x2020] == (0x2020 / 8 & 0xff));
}

TEST_CASE("an injected error answers SLVERR, an address outside DECERR") {
  Probe probe;
  probe.device.injectError(0x3000, 0x3008, true, true);
  CHECK(probe.burst(kRead, 0x2ff8, 1) == SIM_INTERRUPT);
  CHECK(probe.read(kWorst) == 0);
  probe.write(kControl, kClear);
  CHECK(probe.burst(kRead, 0x2ff0 + 0x10, 2) == SIM_INTERRUPT);
  CHECK(probe.read(kWorst) == 2);
  probe.write(kControl, kClear);
  CHECK(probe.burst(kWrite, 0x3000, 1) == SIM_INTERRUPT);
  CHECK(probe.read(kWorst) == 2);
  CHECK(probe.device.memory()[0x3001] == 0x6);  // unchanged
  probe.write(kControl, kClear);
  CHECK(probe.burst(kRead, 0x10000, 1) == SIM_INTERRUPT);
  CHECK(probe.read(kWorst) == 3);
}

TEST_CASE("broken AXI rules are found and named") {
  Probe probe;
  SECTION("4 KiB") {
    CHECK(probe.burst(kRead, 0xff8, 2) == SIM_PROTOCOL);
    CHECK_THAT(probe.device.failure(), containsText("crosses 4 KiB"));
    CHECK_THAT(probe.device.failure(), containsText("0xff8"));
  }
  SECTION("payload changes while it waits") {
    probe.device.setTiming({5, 5, 1.0, 0.9, 3, 8});
    probe.write(kFault, 1);
    CHECK(probe.burst(kRead, 0x100, 2) == SIM_PROTOCOL);
    CHECK_THAT(probe.device.failure(), containsText("AR changed"));
  }
  SECTION("wlast early") {
    probe.write(kFault, 2);
    CHECK(probe.burst(kWrite, 0x100, 4) == SIM_PROTOCOL);
    CHECK_THAT(probe.device.failure(), containsText("WLAST"));
  }
}

TEST_CASE("the watchdog gives up and says what was pending") {
  Probe probe;
  probe.device.setWatchdog(500);
  probe.write(kFault, 4);
  CHECK(probe.burst(kRead, 0x100, 4) == SIM_PROTOCOL);
  CHECK_THAT(probe.device.failure(), containsText("nothing moved for 500 cycles"));
  CHECK_THAT(probe.device.failure(), containsText("1 load bursts unfinished"));
}

TEST_CASE("a register access that nothing answers fails instead of hanging") {
  Probe probe;
  uint32_t value = 0;
  CHECK(probe.device.readRegister(0x10, value) == 0);
}

TEST_CASE("events carry cycle, queue and command") {
  Probe probe;
  probe.device.clearEvents();
  CHECK(probe.burst(kWrite, 0x2000, 4) == SIM_INTERRUPT);
  const auto events = probe.device.events();
  REQUIRE(events.size() == 2);
  CHECK(events[0].done == 0);
  CHECK(events[1].done == 1);
  CHECK(events[1].queue == 1);
  CHECK(events[1].command == 7);
  CHECK(events[1].cycle > events[0].cycle + 4);
}

TEST_CASE("a traced build writes a waveform of the asked cycles") {
  const test::TemporaryFolder folder;
  const std::string file = folder.path("probe.fst");
  {
    SimDevice device(probeLibrary(true));
    REQUIRE(device.traced());
    device.trace(file, 10, 60);
    device.reset();
    device.run(100);
  }
  CHECK(std::filesystem::file_size(file) > 200);
  SimDevice fast(probeLibrary());
  CHECK_THROWS(fast.trace(file, 0, 1));
}

TEST_CASE("a design that Verilator refuses is reported with the tool's words") {
  Plan plan;
  plan.name = "broken";
  const std::vector<EmittedFile> files = {
      {"broken_top.sv", "module broken_top (input logic clk_i; endmodule\n"},
      {"broken.f", "broken_top.sv\n"}};
  const BuildOptions options = {
      .root = {}, .traced = false, .assertions = true, .quiet = true};
  CHECK_THROWS_WITH(buildDevice(plan, files, options), containsText("syntax error"));
}
