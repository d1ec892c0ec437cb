// DRAM and its controller: cycles reckoned by hand, the chips' rules, and what both users rely on.

#include <random>

#include "sw/perf/memory_presets.hpp"
#include "tests/catch.hpp"
#include "tests/perf/dram_rules.hpp"
#include "tests/perf/random_dram.hpp"

namespace perf = intformer::perf;
namespace perf_test = intformer::perf_test;
using perf::Dram;
using perf::DramTiming;
using perf_test::randomTiming;

namespace {

/// Four banks with rows of 64 beats, which the chips move as fast as the port.
constexpr DramTiming kTiming = {.banks = 4, .row_bytes = 1024, .access_bytes = 16,
                                .data_bytes = 16, .data_cycles = 1, .rcd = 5, .rp = 4, .ras = 12,
                                .rc = 16, .rrd = 2, .cl = 6, .cwl = 3, .rtp = 2, .wr = 5, .wtr = 3,
                                .rtw = 2, .rfc = 20, .refi = 0, .turn_bursts = 8, .latency = 10};
constexpr uint32_t kPort = 16;
constexpr uint64_t kNextRow = uint64_t{4} * 1024;  // of the same bank

struct Request {
  uint64_t cycle;
  bool write;
  uint64_t address;
  uint32_t beats;
};

/// All bursts in the order in which they are served, asked in every cycle.
std::vector<Dram::Served> serveAll(Dram& dram, const std::vector<Request>& requests,
                                   uint64_t cycles) {
  std::vector<Dram::Served> all;
  auto next = requests.begin();
  for (uint64_t now = 0; now < cycles; ++now) {
    for (Dram::Served served; dram.serve(now, served);) all.push_back(served);
    for (; next != requests.end() && next->cycle == now; ++next)
      dram.accept(now, next->write, next->address, next->beats,
                  static_cast<uint32_t>(next - requests.begin()));
  }
  REQUIRE(all.size() == requests.size());
  return all;
}

std::vector<uint64_t> readyTimes(const std::vector<Request>& requests, const DramTiming& timing) {
  Dram dram(timing, kPort);
  std::vector<uint64_t> times;
  for (const Dram::Served& served : serveAll(dram, requests, 1000)) times.push_back(served.ready);
  return times;
}

using Times = std::vector<uint64_t>;

}  // namespace

TEST_CASE("a lone read opens its row and waits for its data", "[dram]") {
  // Activate 1, read 6, data 12 to 15, the first of them there in 13, and 10 to the port.
  CHECK(readyTimes({{0, false, 0, 4}}, kTiming) == Times{23});
}

TEST_CASE("reads of an open row follow each other without a gap", "[dram]") {
  CHECK(readyTimes({{0, false, 0, 4}, {1, false, 64, 4}}, kTiming) == Times{23, 27});
}

TEST_CASE("another row of the bank waits for the one that is open", "[dram]") {
  // Precharge 13 (tRAS), activate 17, read 22, data 28.
  CHECK(readyTimes({{0, false, 0, 4}, {1, false, kNextRow, 4}}, kTiming) == Times{23, 39});
  DramTiming longer = kTiming;
  longer.rc = 19;  // activate 20
  CHECK(readyTimes({{0, false, 0, 4}, {1, false, kNextRow, 4}}, longer) == Times{23, 42});
  longer.rtp = 9;  // reads 6 to 9, precharge 18, activate 22
  CHECK(readyTimes({{0, false, 0, 4}, {1, false, kNextRow, 4}}, longer) == Times{23, 44});
}

TEST_CASE("a row of another bank is opened beside the data before", "[dram]") {
  // Chosen in 6: activate 6, read 11, data 17, one cycle behind the first burst's.
  CHECK(readyTimes({{0, false, 0, 4}, {1, false, 1024, 4}}, kTiming) == Times{23, 28});
  CHECK(readyTimes({{0, false, 0, 8}, {1, false, 1024, 4}}, kTiming) == Times{23, 31});
  DramTiming slow = kTiming;
  slow.rrd = 8;  // activate 9
  CHECK(readyTimes({{0, false, 0, 4}, {1, false, 1024, 4}}, slow) == Times{23, 31});
}

TEST_CASE("a write is answered when its data are in the chips", "[dram]") {
  // Activate 1, write 6, data 9 to 12.
  CHECK(readyTimes({{0, true, 0, 4}}, kTiming) == Times{23});
  // Precharge 18 behind 13 (tWR), activate 22, write 27, data 30 to 33.
  CHECK(readyTimes({{0, true, 0, 4}, {1, true, kNextRow, 4}}, kTiming) == Times{23, 44});
}

TEST_CASE("turning round costs time in both directions", "[dram]") {
  // Write data end in 13: read 16, data 22.
  CHECK(readyTimes({{0, true, 0, 4}, {1, false, 64, 4}}, kTiming) == Times{23, 33});
  // Read data end in 16: written data 18 to 21.
  CHECK(readyTimes({{0, false, 0, 4}, {1, true, 64, 4}}, kTiming) == Times{23, 32});
}

TEST_CASE("a refresh closes all rows and comes before the next burst", "[dram]") {
  DramTiming timing = kTiming;
  timing.refi = 100;
  // Due in 100: precharge, refresh 104, activate 124, read 129, data 135.
  CHECK(readyTimes({{0, false, 0, 4}, {99, false, 64, 4}}, timing) == Times{23, 146});
  // A burst that came before it goes on: chosen in 99, data 105; the refresh is done when it is due.
  CHECK(readyTimes({{0, false, 0, 4}, {98, false, 64, 4}}, timing) == Times{23, 116});
  // Idle, it is done when it is due; the next one, without an open row, begins with its due cycle.
  CHECK(readyTimes({{0, false, 0, 4}, {150, false, 64, 4}}, timing) == Times{23, 173});
  CHECK(readyTimes({{0, false, 0, 4}, {200, false, 64, 4}}, timing) == Times{23, 242});
}

TEST_CASE("after some bursts in a direction the other one is served", "[dram]") {
  DramTiming timing = kTiming;
  timing.turn_bursts = 2;
  std::vector<Request> requests;
  for (uint64_t i = 0; i < 5; ++i) requests.push_back({i, false, 64 * i, 4});
  requests.push_back({4, true, 512, 4});
  Dram dram(timing, kPort);
  std::vector<uint32_t> order;
  for (const auto& served : serveAll(dram, requests, 1000)) order.push_back(served.id);
  CHECK(order == std::vector<uint32_t>{0, 1, 5, 2, 3, 4});
}

TEST_CASE("chips slower than the port collect a burst first", "[dram]") {
  DramTiming slow = kTiming;
  slow.data_bytes = 4;  // data 12 to 27: the last of four beats may come in 28
  CHECK(readyTimes({{0, false, 0, 4}}, slow) == Times{35});
}

TEST_CASE("a burst over a row's end opens the next bank's row", "[dram]") {
  // Data 12 and 13; activate 6, read 11, data 17 and 18.
  CHECK(readyTimes({{0, false, 1024 - 32, 4}}, kTiming) == Times{26});
}

TEST_CASE("what is less than an access takes a whole one", "[dram]") {
  DramTiming coarse = kTiming;
  coarse.access_bytes = 64;  // the second waits for data to end in 16, though one beat was asked for
  CHECK(readyTimes({{0, false, 16, 1}, {1, false, 64, 1}}, coarse) == Times{24, 27});
}

namespace {

/// Bursts of up to 64 beats in a few rows: hits, misses and conflicts.
std::vector<Request> randomRequests(std::mt19937_64& random, uint32_t port) {
  std::vector<Request> requests;
  uint64_t cycle = 0;
  const uint64_t gap = uint64_t{1} << (random() % 10);
  uint64_t address = 0;
  for (uint32_t i = 0; i < 200; ++i) {
    cycle += random() % gap * (1 + uint64_t{64} * (random() % 8 == 0)) + 40;
    const auto beats = static_cast<uint32_t>(1 + random() % 64);
    if (random() % 3 == 0) address = random() % 65536 / port * port;
    requests.push_back({cycle, random() % 3 == 0, address, beats});
    address += uint64_t{beats} * port;
  }
  return requests;
}

}  // namespace

TEST_CASE("no command breaks a rule of the chips", "[dram]") {
  std::mt19937_64 random(1);
  for (uint32_t round = 0; round < 300; ++round) {
    const DramTiming timing = randomTiming(random);
    const uint32_t port = uint32_t{4} << random() % 5;
    const std::vector<Request> requests = randomRequests(random, port);
    Dram dram(timing, port);
    std::vector<perf::DramCommand> commands;
    dram.commands = &commands;
    std::vector<Dram::Served> served;
    auto next = requests.begin();
    uint64_t now = 0;
    const uint64_t access =
        uint64_t{timing.access_bytes} * timing.data_cycles / timing.data_bytes + 1;
    for (; served.size() != requests.size() && now < 10'000'000; ++now) {
      for (Dram::Served one; dram.serve(now, one);) {
        served.push_back(one);
        // What the port takes, a beat a cycle, has left the chips, but for the last access's rest.
        const uint64_t last = one.ready + (one.write ? access : one.beats - 1 + access);
        CHECK(last >= commands.back().dataTo + timing.latency);
      }
      for (; next != requests.end() && next->cycle <= now; ++next) {
        if (dram.waiting(next->write) == Dram::kMost) break;  // as a port would make it wait
        dram.accept(now, next->write, next->address, next->beats,
                    static_cast<uint32_t>(next - requests.begin()));
      }
    }
    INFO("round " << round);
    REQUIRE(served.size() == requests.size());
    perf_test::DramRules rules(timing);
    CHECK(rules.broken(commands).empty());
    // Every refresh comes, and not before it is due.
    const auto& refreshes = rules.refreshes();
    uint64_t moved = 0, asked = 0, due = requests.front().cycle;
    for (const uint64_t refresh : refreshes) CHECK(refresh >= (due += timing.refi));
    CHECK(refreshes.size() + 2 >= (commands.back().cycle - requests.front().cycle) / timing.refi);
    for (const auto& command : commands) moved += command.dataTo - command.dataFrom;
    for (const Request& request : requests) asked += uint64_t{request.beats} * port;
    CHECK(moved * timing.data_bytes >= asked * timing.data_cycles);
    CHECK(dram.use().data == moved);
    // In order in each direction.
    for (const bool write : {false, true}) {
      uint32_t before = 0;
      for (const auto& one : served)
        if (one.write == write) {
          CHECK(one.id >= before);
          before = one.id;
        }
    }
  }
}

TEST_CASE("it does not matter how often DRAM is asked", "[dram]") {
  std::mt19937_64 random(2);
  for (uint32_t round = 0; round < 100; ++round) {
    const DramTiming timing = randomTiming(random);
    const std::vector<Request> requests = randomRequests(random, kPort);
    Dram often(timing, kPort), rarely(timing, kPort);
    std::vector<uint64_t> oftenTimes, rarelyTimes;
    const auto ask = [](Dram& dram, uint64_t now, std::vector<uint64_t>& times) {
      for (Dram::Served served; dram.serve(now, served);) times.push_back(served.ready);
    };
    auto next = requests.begin();
    uint64_t wakes = 0, asked = 0;
    for (uint64_t now = 0; oftenTimes.size() != requests.size(); ++now) {
      ask(often, now, oftenTimes);
      if (now >= wakes) {
        ask(rarely, now, rarelyTimes);
        wakes = rarely.wakes();
        ++asked;
      }
      for (; next != requests.end() && next->cycle <= now; ++next) {
        if (often.waiting(next->write) == Dram::kMost) break;
        often.accept(now, next->write, next->address, next->beats);
        rarely.accept(now, next->write, next->address, next->beats);
        wakes = rarely.wakes();
      }
    }
    ask(rarely, ~uint64_t{0} >> 1, rarelyTimes);
    CHECK(oftenTimes == rarelyTimes);
    CHECK(asked <= 3 * requests.size());
  }
}

TEST_CASE("presets are whole cycles of the device's clock", "[dram]") {
  for (const perf::MemoryPreset& preset : perf::memoryPresets())
    for (const uint32_t mhz : {0U, 50U, 133U, 200U, 333U}) {
      INFO(preset.name << " at " << mhz);
      const perf::MemoryTiming memory = perf::memoryTiming(preset, mhz);
      const uint32_t clock = mhz == 0 ? preset.clockMhz : mhz;
      REQUIRE(memory.dram);
      const DramTiming& t = *memory.dram;
      CHECK(perf::findMemoryPreset(preset.name) == &preset);
      CHECK(t.rcd * 1000.0 >= preset.rcd * clock - 0.01);
      CHECK((t.rcd - 1) * 1000.0 < preset.rcd * clock);
      CHECK(t.refi * 1000.0 <= preset.refi * clock);
      CHECK(t.data_bytes * uint64_t{clock} == uint64_t{preset.megabytesPerSecond} * t.data_cycles);
      CHECK(t.rc >= t.ras);
      CHECK(t.cl >= t.cwl);
      CHECK(memory.latency > t.latency);
    }
  CHECK(perf::findMemoryPreset("fixed") == nullptr);
  const DramTiming ddr4 = *perf::memoryTiming(*perf::findMemoryPreset("ddr4"), 200).dram;
  CHECK(ddr4.data_bytes == 96);
  CHECK(ddr4.rcd == 3);
  CHECK(ddr4.ras == 7);
  CHECK(ddr4.rfc == 70);
  CHECK(ddr4.refi == 1560);
}
