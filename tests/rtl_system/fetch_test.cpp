#include <string>

#include "Vfetch_16.h"
#include "Vfetch_4.h"
#include "Vfetch_64.h"
#include "tests/catch.hpp"
#include "tests/rtl_system/bench.hpp"
#include "tests/rtl_system/read_bursts.hpp"

namespace intformer::test {
namespace {

constexpr uint32_t kErrorField = 2, kErrorWindow = 6, kErrorBus = 9;
constexpr uint32_t kDepth = 8;  ///< as in CMakeLists.txt

/// fetch_unit between a memory and a taker of commands.
template <typename Model, uint32_t Bus>
class FetchBench : public DmaBench<Model> {
 public:
  using Base = DmaBench<Model>;
  using Base::cycle, Base::memory, Base::top, Base::withheld;
  static constexpr uint32_t kBus = Bus;

  std::vector<std::vector<uint8_t>> commands;
  uint64_t requestedBytes = 0, lowest = ~uint64_t{0}, highest = 0;
  uint64_t errorFrom = 0, errorTo = 0;
  double take = 1;

  explicit FetchBench(uint32_t seed) : Base(seed) {
    this->openWindow(1);
    this->reset();
  }

  void reset() {
    top.rst_ni = 0;
    top.halt_i = top.clear_i = top.start_i = top.stop_i = 0;
    step();
    step();
    top.rst_ni = 1;
    bursts_.clear();
    this->errors.clear();
  }

  void start(uint64_t addr, uint32_t count) {
    commands.clear();
    requestedBytes = highest = 0, lowest = ~uint64_t{0};
    top.program_addr_i = addr;
    top.program_commands_i = count;
    top.clear_i = 1;
    step();
    top.clear_i = 0;
    top.program_addr_i = ~addr;  // of the next program
    top.start_i = 1;
    step();
    top.start_i = 0;
  }

  void step() {
    top.ar_ready_i = !withheld();
    const bool offered = bursts_.offer(cycle, [this] { return !withheld(); });
    if (offered) present();
    top.r_valid_i = offered;
    top.command_ready_i = this->dice.chance(take);
    top.clk_i = 0, top.eval();
    if (top.rst_ni) {
      if (top.ar_valid_o && top.ar_ready_i) {
        const Request request = readRequest(top.ar_o);
        const uint64_t bytes = uint64_t{request.beats} * Bus;
        this->checkRequest(request.addr, request.beats, Bus, 16);
        bursts_.take(request.addr, request.beats, cycle + this->latency());
        requestedBytes += bytes;
        lowest = std::min(lowest, request.addr);
        highest = std::max(highest, request.addr + bytes);
        if (requestedBytes > 64 * (commands.size() + kDepth + 1))
          this->faults.push_back("fetched too far ahead");
      }
      if (offered && top.r_ready_o) {
        bursts_.advance(Bus);
      } else if (offered) {
        this->faults.push_back("a beat was not taken at once");
      }
      if (top.command_valid_o && top.command_ready_i) {
        if (top.command_index_o != commands.size()) this->faults.push_back("wrong index");
        commands.push_back(portBytes(top.command_o, 64));
      }
      if (top.error_valid_o) this->errors.push_back(readError(top.error_o));
    }
    top.clk_i = 1, top.eval();
    ++cycle;
  }

  [[nodiscard]] bool quiet() const { return bursts_.quiet(); }

 private:
  void present() {
    const uint64_t addr = bursts_.addr();
    const bool bad = addr + Bus > errorFrom && addr < errorTo;
    setReadBeat(top.r_i, memory.data() + (addr - kMemoryBase), Bus, bad ? 3 : 0, bursts_.last());
  }
  ReadBursts bursts_;
};

using Fetch4 = FetchBench<Vfetch_4, 4>;
using Fetch16 = FetchBench<Vfetch_16, 16>;
using Fetch64 = FetchBench<Vfetch_64, 64>;

TEMPLATE_TEST_CASE("fetch delivers exactly the program, in order, run after run", "[rtl]", Fetch4,
                   Fetch16, Fetch64) {
  for (uint32_t seed = 1; seed <= 4; ++seed) {
    CAPTURE(seed);
    TestType bench(seed);
    bench.roughness = {seed % 2 == 0 ? 0.4 : 0.0, 1, 30};
    bench.take = seed < 3 ? 1.0 : 0.1;
    for (const uint32_t count : {1U, 7U, 8U, 9U, 100U, 333U}) {
      CAPTURE(count);
      const uint64_t addr = kMemoryBase + 64 * bench.dice.upTo(70);
      bench.start(addr, count);
      for (int budget = 100000; bench.commands.size() < count && budget > 0; --budget) bench.step();
      for (int i = 0; i < 100; ++i) bench.step();
      REQUIRE(bench.commands.size() == count);
      for (uint32_t i = 0; i < count; ++i)
        REQUIRE(std::memcmp(bench.commands[i].data(),
            bench.memory.data() + (addr - kMemoryBase) + i * 64, 64) == 0);
      CHECK(bench.requestedBytes == 64 * count);
      CHECK(bench.lowest == addr);
      CHECK(bench.highest == addr + 64 * count);
      CHECK(bench.faults == std::vector<std::string>{});
      CHECK(bench.errors.empty());
      CHECK(bench.top.idle_o == 1);
    }
  }
}

TEMPLATE_TEST_CASE("fetch stops at any moment, drains, and starts afresh", "[rtl]", Fetch4, Fetch16,
    Fetch64) {
  for (int when = 1; when < 150; when += 4) {
    CAPTURE(when);
    TestType bench(static_cast<uint32_t>(when));
    bench.roughness = {0.3, 1, 30};
    bench.take = 0.3;
    bench.start(kMemoryBase, 50);
    for (int i = 0; i < when; ++i) bench.step();
    bench.top.stop_i = 1;
    bench.step();
    bench.top.stop_i = 0;
    const std::size_t taken = bench.commands.size();
    for (int i = 0; i < 300; ++i) bench.step();
    CHECK(bench.commands.size() == taken);
    CHECK(bench.quiet());
    CHECK(bench.top.idle_o == 1);
    bench.start(kMemoryBase + 6400, 3);
    for (int i = 0; i < 1000; ++i) bench.step();
    REQUIRE(bench.commands.size() == 3);
    for (uint32_t i = 0; i < 3; ++i)
      CHECK(std::memcmp(bench.commands[i].data(), bench.memory.data() + 6400 + i * 64, 64) == 0);
  }
}

TEST_CASE("fetch refuses a misaligned program and one outside the windows", "[rtl]") {
  Fetch16 bench(1);
  bench.start(kMemoryBase + 32, 4);
  for (int i = 0; i < 50; ++i) bench.step();
  REQUIRE(bench.errors.size() == 1);
  CHECK(bench.errors[0].code == kErrorField);
  CHECK(bench.errors[0].addr == kMemoryBase + 32);
  CHECK(bench.requestedBytes == 0);

  bench.reset();
  const uint64_t addr = kMemoryBase + kMemoryBytes - 64 * 5;
  bench.start(addr, 9);
  for (int i = 0; i < 300; ++i) bench.step();
  REQUIRE(bench.errors.size() == 1);
  CHECK(bench.errors[0].code == kErrorWindow);
  CHECK(bench.errors[0].index == 5);
  CHECK(bench.errors[0].addr == kMemoryBase + kMemoryBytes);
  CHECK(bench.commands.size() == 5);
  CHECK(bench.faults.empty());

  bench.reset();  // the fault before is forgotten: this one is the program's own
  bench.start(kMemoryBase + 4, 9);
  for (int i = 0; i < 50; ++i) bench.step();
  REQUIRE(bench.errors.size() == 1);
  CHECK(bench.errors[0].code == kErrorField);
  CHECK(bench.errors[0].index == 0);
  CHECK(bench.errors[0].addr == kMemoryBase + 4);
}

TEMPLATE_TEST_CASE("fetch names the command of an error response", "[rtl]", Fetch4, Fetch16,
    Fetch64) {
  TestType bench(1);
  bench.errorFrom = kMemoryBase + 64 * 11 + 60, bench.errorTo = bench.errorFrom + 2;
  bench.start(kMemoryBase, 20);
  for (int i = 0; i < 2000; ++i) {
    bench.step();
    if (!bench.errors.empty()) bench.top.halt_i = 1;
  }
  REQUIRE(bench.errors.size() == 1);
  CHECK(bench.errors[0].code == kErrorBus);
  CHECK(bench.errors[0].index == 11);
  CHECK(bench.errors[0].addr == kMemoryBase + 64 * 11);
  CHECK(bench.top.idle_o == 1);
}

TEMPLATE_TEST_CASE("an error response behind the end of the program is none of its errors", "[rtl]",
                   Fetch4, Fetch16, Fetch64) {
  TestType bench(1);
  bench.roughness = {0.0, 40, 40};  // the beats come when the program is over
  bench.errorFrom = kMemoryBase, bench.errorTo = bench.errorFrom + 512;
  bench.start(kMemoryBase, 8);
  for (int i = 0; i < 10; ++i) bench.step();
  REQUIRE_FALSE(bench.quiet());
  bench.top.stop_i = 1;
  bench.step();
  bench.top.stop_i = 0;
  for (int i = 0; i < 400; ++i) bench.step();
  CHECK(bench.quiet());
  CHECK(bench.errors.empty());
  CHECK(bench.top.idle_o == 1);
}

}  // namespace
}  // namespace intformer::test
