#include <cstdio>
#include <tuple>

#include "Vsdram_slow64.h"
#include "Vsdram_slow64___024root.h"
#include "Vsdram_small128.h"
#include "Vsdram_small128___024root.h"
#include "Vsdram_ulx3s.h"
#include "Vsdram_ulx3s___024root.h"
#include "Vsdram_wide32.h"
#include "Vsdram_wide32___024root.h"
#include "tests/catch.hpp"
#include "tests/soc/sdram_bench.hpp"

namespace intformer::test {
namespace {

/// The parameters of tests/soc/CMakeLists.txt, and the chip's times as the controller keeps them.
template <typename Top, uint32_t Gear, uint32_t DataBits, uint32_t MemoryLog, uint32_t WordBytes,
          uint32_t RowWords>
struct Setup {
  using Model = Top;
  static constexpr uint32_t kGear = Gear, kDataBits = DataBits, kMemoryLog = MemoryLog,
                            kWordBytes = WordBytes, kRowWords = RowWords;
  static constexpr uint64_t kMemoryBytes = uint64_t{1} << MemoryLog;
  static auto& cells(Top& top) { return top.rootp->sdram_bench__DOT__u_chip__DOT__mem; }
};
/// ULX3S: x16 at twice the system clock.
struct Ulx3s : Setup<Vsdram_ulx3s, 2, 64, 25, 4, 256> {
  static constexpr ChipTimes kTimes{2000, 2, 2, 6, 10000, 6, 2, 8, 3, 2, 780, 64 * 780 + 4000, 2};
};
/// Rows of 128 bytes, two banks.
struct Small128 : Setup<Vsdram_small128, 2, 128, 14, 4, 32> {
  static constexpr ChipTimes kTimes{2000, 4, 4, 10,  10000,           14, 2,
                                    14,   5, 4, 200, 64 * 200 + 1200, 3};
};
/// x32 at the system clock.
struct Wide32 : Setup<Vsdram_wide32, 1, 32, 23, 4, 256> {
  static constexpr ChipTimes kTimes{1000, 1, 1, 3, 10000, 4, 1, 4, 1, 1, 390, 64 * 390 + 2000, 2};
};
/// x16 at a fast system clock, 2048 columns; a word is a quarter of a beat.
struct Slow64 : Setup<Vsdram_slow64, 1, 64, 17, 2, 2048> {
  static constexpr ChipTimes kTimes{1000, 3, 3, 6, 10000, 10, 2, 9, 2, 2, 390, 64 * 390 + 2000, 3};
};

template <typename Bench>
void checkSound(Bench& bench) {
  INFO("cycle " << bench.cycle << ", rule " << bench.brokenRule() << " at chip clock "
                << bench.top.first_clock_o);
  CHECK(bench.faults == std::vector<std::string>{});
  CHECK(bench.top.violations_o == 0);
}

/// Words per system clock while `next` keeps bursts waiting.
template <typename Bench, typename Next>
double rate(Bench& bench, Next next, uint64_t clocks = 20'000) {
  const auto run = [&](uint64_t count) {
    for (const uint64_t end = bench.cycle + count; bench.cycle < end; bench.step())
      while (bench.waiting() < 16) next();
  };
  bench.settle();
  run(500);
  const uint32_t words = bench.top.words_o;
  run(clocks);
  return static_cast<double>(bench.top.words_o - words) / Bench::kGear /
         static_cast<double>(clocks);
}

/// Bursts one after the other through all of memory, from a place on.
template <typename Bench>
struct Stream {
  uint32_t beats;
  uint64_t at = 0;
  uint64_t next() {
    const uint64_t addr = at % Bench::kMemory;
    at += uint64_t{beats} * Bench::kBytes;
    return addr;
  }
};

}  // namespace

TEMPLATE_TEST_CASE("random bursts read what was written", "[sdram]", Ulx3s, Small128, Wide32,
                   Slow64) {
  uint64_t refused = 0;
  for (uint32_t seed = 1; seed <= 6; ++seed) {
    SdramBench<TestType> bench(seed);
    INFO("seed " << seed);
    bench.stall = seed % 3 == 0 ? 0 : seed % 3 == 1 ? 0.3 : 0.8;
    bench.outstanding = seed % 2 == 0 ? 8 : 2;
    const uint64_t window = seed <= 3 ? std::min<uint64_t>(16384, bench.kMemory) : bench.kMemory;
    for (int i = 0; i < (seed % 3 == 2 ? 100 : 300); ++i) {
      const Burst burst = bench.randomBurst(window, true);
      if (bench.dice.chance(0.5))
        bench.read(burst.addr, burst.beats);
      else
        bench.write(burst.addr, burst.beats, true);
      for (uint64_t n = bench.dice.upTo(40); n > 0; --n) bench.step();
      if (bench.dice.chance(0.02)) bench.finish();
    }
    bench.finish();
    checkSound(bench);
    CHECK(bench.differences() == 0);
    CHECK(bench.readBeats > 600);
    CHECK(bench.writeBeats > 600);
    refused += bench.refusedBursts;
  }
  CHECK(refused > 40);
}

TEMPLATE_TEST_CASE("long bursts stream at the rate of the chip", "[sdram]", Ulx3s, Small128, Wide32,
                   Slow64) {
  using Bench = SdramBench<TestType>;
  // A row costs a precharge and an activation; four refreshes lie together.
  constexpr ChipTimes t = TestType::kTimes;
  const double row = TestType::kRowWords, four = 4.0 * t.refi, rows = row / (row + 2);
  const double most = rows * (1 - (t.rp + 4 * t.rfc) / four);
  const double least = rows * (1 - (t.rp + 4 * t.rfc + t.rcd + 12 * Bench::kGear) / four);
  for (const bool write : {false, true})
    for (const uint32_t beats : {std::min<uint32_t>(256, 4096 / Bench::kBytes), 16U}) {
      INFO((write ? "write" : "read") << " bursts of " << beats);
      Bench bench(1);
      Stream<Bench> stream{beats};
      const double words = rate(bench, [&] {
        if (write)
          bench.write(stream.next(), beats);
        else
          bench.read(stream.next(), beats);
      });
      CHECK(words > least);
      CHECK(words < most);
      checkSound(bench);
    }
}

TEST_CASE("short bursts, rows that change and both directions cost what is said of them",
          "[sdram]") {
  using Bench = SdramBench<Ulx3s>;
  const auto place = [](Bench& bench, uint32_t beats) {
    return bench.dice.upTo(Bench::kMemory / (beats * Bench::kBytes) - 1) * beats * Bench::kBytes;
  };
  for (const auto& [beats, copied, random] :
       {std::tuple{16U, 0.95, 0.91}, {4U, 0.87, 0.74}, {1U, 0.65, 0.43}}) {
    INFO("bursts of " << beats);
    Bench copy(1), both(2);
    Stream<Bench> from{beats}, to{beats, Bench::kMemory / 2};
    CHECK(rate(copy, [&] {
            copy.read(from.next(), beats);
            copy.write(to.next(), beats);
          }) > copied);
    CHECK(rate(both, [&] {
            const uint64_t addr = place(both, beats);
            if (both.dice.chance(0.5))
              both.read(addr, beats);
            else
              both.write(addr, beats);
          }) > random);
    checkSound(copy);
    checkSound(both);
  }
}

TEST_CASE("a lone read takes the clocks that are said of it", "[sdram]") {
  SdramBench<Ulx3s> bench(1);
  bench.settle();
  constexpr uint64_t kRow = 1024;
  // A row that is closed, open, in a bank that holds another.
  for (const auto& [addr, clocks] : {std::pair{kRow, 12}, {kRow, 11}, {kRow + (1 << 20), 13}}) {
    for (int i = 0; i < 20; ++i) bench.step();
    const uint64_t from = bench.cycle;
    bench.read(addr, 1);
    bench.finish();
    CHECK(bench.lastRead - from == static_cast<uint64_t>(clocks));
  }
  checkSound(bench);
}

TEST_CASE("a write whose data stay away holds no read up", "[sdram]") {
  SdramBench<Ulx3s> bench(1);
  bench.settle();
  bench.stuck = 2;  // after 40 beats: in the midst of the fourth burst, before the buffer is full
  for (uint64_t i = 0; i < 5; ++i) bench.write(i * 4096, 12);
  for (int i = 0; i < 100; ++i) bench.step();
  const uint64_t before = bench.readBeats;
  for (uint64_t i = 0; i < 20; ++i) bench.read(65536 + i * 2048, 16);
  for (int i = 0; i < 1000; ++i) bench.step();
  CHECK(bench.writeBeats == 40);
  CHECK(bench.readBeats - before == 20 * 16);
  bench.stuck = 0;
  bench.finish();
  checkSound(bench);
  CHECK(bench.differences() == 0);
}

TEMPLATE_TEST_CASE("refreshes come on time whatever stands still", "[sdram]", Ulx3s, Small128,
                   Wide32, Slow64) {
  using Bench = SdramBench<TestType>;
  const uint64_t interval = TestType::kTimes.refi / Bench::kGear;
  for (int what = 0; what < 4; ++what) {
    INFO("what " << what);
    Bench bench(1);
    bench.settle();
    const uint64_t from = bench.cycle;
    const uint32_t before = bench.top.refreshes_o;
    bench.stuck =
        what;  // 1: read data are not taken, 2: write data do not come, 3: responses are not taken
    for (int i = 0; what != 0 && i < 6; ++i) {
      bench.read(i * 2048U % (Bench::kMemory / 2), 64);
      bench.write(Bench::kMemory / 2 + i * 2048U % (Bench::kMemory / 2), 64);
    }
    for (uint64_t i = 0; i < 40 * interval; ++i) bench.step();
    CHECK(bench.idle() == (what == 0));
    bench.stuck = 0;
    bench.finish();
    const double due = static_cast<double>(bench.cycle - from) / static_cast<double>(interval);
    CHECK(bench.top.refreshes_o - before > due - 6);
    CHECK(bench.top.refreshes_o - before < due + 1);
    checkSound(bench);
    CHECK(bench.differences() == 0);
  }
}

TEST_CASE("a controller that is too quick for a chip is told which rule it breaks", "[sdram]") {
  struct Demand {
    const char* rule;
    uint32_t ChipTimes::*time;
    uint32_t kept, broken;  ///< what the controller keeps just so, in chip clocks
  };
  const Demand demand =
      GENERATE(Demand{"tINIT", &ChipTimes::init, 2000, 2100}, Demand{"tRCD", &ChipTimes::rcd, 4, 5},
               Demand{"tRP", &ChipTimes::rp, 2, 3}, Demand{"tRAS", &ChipTimes::ras, 6, 7},
               Demand{"tRASmax", &ChipTimes::rasMax, 4000, 60},
               Demand{"tRC", &ChipTimes::rc, 8, 11}, Demand{"tRRD", &ChipTimes::rrd, 4, 5},
               Demand{"tRFC", &ChipTimes::rfc, 8, 9}, Demand{"tWR", &ChipTimes::wr, 3, 4},
               Demand{"tMRD", &ChipTimes::mrd, 4, 9}, Demand{"tREFI", &ChipTimes::refi, 450, 340},
               Demand{"tREF", &ChipTimes::ref, 64 * 780 + 4000, 64 * 780 - 3200},
               Demand{"CL", &ChipTimes::casLatency, 2, 3});
  INFO(demand.rule);
  for (const bool broken : {false, true}) {
    ChipTimes times = Ulx3s::kTimes;
    times.*demand.time = broken ? demand.broken : demand.kept;
    SdramBench<Ulx3s> bench(3, times);
    for (int i = 0; i < (times.*demand.time > 10000 ? 9000 : 4000); ++i) {
      const uint64_t addr = bench.dice.upTo(1023) * 512 + bench.dice.upTo(60) * 8;
      if (bench.dice.chance(0.5))
        bench.read(addr, 1);
      else
        bench.write(addr, 1);
      while (bench.waiting() > 10) bench.step();
    }
    bench.finish();
    CHECK(bench.brokenRule() == (broken ? demand.rule : ""));
    CHECK((bench.top.first_clock_o > 0) == broken);
    CHECK(bench.faults == std::vector<std::string>{});
  }
}

TEST_CASE("two that drive dq at once are seen", "[sdram]") {
  SdramBench<Ulx3s> bench(1);
  bench.settle();
  CHECK(bench.brokenRule().empty());
  bench.top.echo_i = 1;
  bench.read(64, 4);
  bench.finish();
  CHECK(bench.brokenRule() == "dq contention");
}

TEMPLATE_TEST_CASE("numbers", "[.numbers]", Ulx3s, Small128, Wide32, Slow64) {
  using Bench = SdramBench<TestType>;
  constexpr uint32_t kMost = std::min<uint32_t>(256, 4096 / Bench::kBytes);
  const auto say = [](const char* what, double number) {
    std::printf("%-44s %.4f\n", what, number);
  };
  for (const uint32_t beats : {kMost, 16U, 4U, 1U}) {
    std::printf("bursts of %u beats\n", beats);
    {
      Bench bench(1);
      Stream<Bench> s{beats};
      say("read stream", rate(bench, [&] { bench.read(s.next(), beats); }));
    }
    {
      Bench bench(1);
      Stream<Bench> s{beats};
      say("write stream", rate(bench, [&] { bench.write(s.next(), beats); }));
    }
    {
      Bench bench(1);
      Stream<Bench> s{beats}, d{beats, Bench::kMemory / 2};
      say("copy", rate(bench, [&] {
            bench.read(s.next(), beats);
            bench.write(d.next(), beats);
          }));
    }
    const auto place = [&](Bench& bench) {
      return bench.dice.upTo(Bench::kMemory / (beats * Bench::kBytes) - 1) * beats * Bench::kBytes;
    };
    {
      Bench bench(1);
      say("random reads", rate(bench, [&] { bench.read(place(bench), beats); }));
    }
    {
      Bench bench(1);
      say("random writes", rate(bench, [&] { bench.write(place(bench), beats); }));
    }
    {
      Bench bench(1);
      say("random both", rate(bench, [&] {
            if (bench.dice.chance(0.5))
              bench.read(place(bench), beats);
            else
              bench.write(place(bench), beats);
          }));
    }
  }
  Bench bench(1);
  bench.settle();
  const uint64_t rowBytes = uint64_t{TestType::kRowWords} * TestType::kWordBytes;
  for (const uint64_t addr : {uint64_t{0}, uint64_t{0}, rowBytes, rowBytes + Bench::kMemory / 2}) {
    for (int i = 0; i < 30; ++i) bench.step();
    const uint64_t from = bench.cycle;
    bench.read(addr, 1);
    bench.finish();
    std::printf("latency at %llx: %llu\n", static_cast<unsigned long long>(addr),
                static_cast<unsigned long long>(bench.lastRead - from));
  }
}

}  // namespace intformer::test
