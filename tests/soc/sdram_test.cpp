#include <cmath>
#include <cstdlib>

#include "Vsdram_small128.h"
#include "Vsdram_small128___024root.h"
#include "Vsdram_ulx3s.h"
#include "Vsdram_ulx3s___024root.h"
#include "Vsdram_wide32.h"
#include "Vsdram_wide32___024root.h"
#include "Vsdram_slow64.h"
#include "Vsdram_slow64___024root.h"
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
  static constexpr uint32_t kRefi = 390, kRefreshClocks = 1 + 1 + 4 * 4 + 1 + 1 + 2;
};
/// Rows of 128 bytes, two banks.
struct Small128 : Setup<Vsdram_small128, 2, 128, 14, 4, 32> {
  static constexpr ChipTimes kTimes{2000, 4, 4, 10, 10000, 14, 2, 14, 5, 4, 200, 64 * 200 + 1200, 3};
  static constexpr uint32_t kRefi = 100, kRefreshClocks = 0;
};
/// x32 at the system clock.
struct Wide32 : Setup<Vsdram_wide32, 1, 32, 23, 4, 256> {
  static constexpr ChipTimes kTimes{1000, 1, 1, 3, 10000, 4, 1, 4, 1, 1, 390, 64 * 390 + 2000, 2};
  static constexpr uint32_t kRefi = 390, kRefreshClocks = 1 + 1 + 4 * 4 + 1 + 1 + 2;
};
/// x16 at a fast system clock, 2048 columns; a word is a quarter of a beat.
struct Slow64 : Setup<Vsdram_slow64, 1, 64, 17, 2, 2048> {
  static constexpr ChipTimes kTimes{1000, 3, 3, 6, 10000, 10, 2, 9, 2, 2, 390, 64 * 390 + 2000, 3};
  static constexpr uint32_t kRefi = 390, kRefreshClocks = 0;
};

template <typename Bench>
void checkSound(Bench& bench) {
  INFO("cycle " << bench.cycle << ", rule " << bench.brokenRule() << " at chip clock "
                << bench.top.first_clock_o);
  CHECK(bench.faults == std::vector<std::string>{});
  CHECK(bench.top.violations_o == 0);
}

}  // namespace

TEMPLATE_TEST_CASE("random bursts read what was written", "[sdram]", Ulx3s, Small128, Wide32, Slow64) {
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
    CHECK(bench.readBeats > 1000);
    CHECK(bench.writeBeats > 1000);
    refused += bench.refusedBursts;
  }
  CHECK(refused > 40);
}

}  // namespace intformer::test
