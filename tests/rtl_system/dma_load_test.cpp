#include <algorithm>
#include <array>

#include "Vdma_load_16_16.h"
#include "Vdma_load_32_32.h"
#include "Vdma_load_4_4.h"
#include "Vdma_load_4_64.h"
#include "Vdma_load_64_4.h"
#include "Vdma_load_8_8.h"
#include "Vdma_load_deep.h"
#include "tests/rtl_system/dma_checks.hpp"
#include "tests/rtl_system/load_bench.hpp"

namespace intformer::test {
namespace {

using Load4x4 = LoadBench<Vdma_load_4_4, 4, 4>;
using Load4x64 = LoadBench<Vdma_load_4_64, 4, 64>;
using Load8x8 = LoadBench<Vdma_load_8_8, 8, 8>;
using Load16x16 = LoadBench<Vdma_load_16_16, 16, 16>;
using Load32x32 = LoadBench<Vdma_load_32_32, 32, 32>;
using Load64x4 = LoadBench<Vdma_load_64_4, 64, 4>;
using LoadDeep = LoadBench<Vdma_load_deep, 16, 16, 64>;

constexpr uint32_t kErrorWindow = 4, kErrorBus = 7, kErrorRange = 10, kErrorIndex = 14;

template <typename Bench>
void randomTransfers(uint32_t seed, Roughness roughness) {
  CAPTURE(seed, Bench::kDim, Bench::kBus, roughness.stall);
  Bench bench(seed);
  bench.roughness = roughness;
  auto expected = bench.scratch;
  std::vector<Transfer> sent;
  for (uint32_t i = 0; i < 60; ++i) {
    Transfer t = bench.dice.chance(0.3) ? bench.randomGather(i)
                                        : randomTransfer(bench.dice, Bench::kDim, 60);
    t.index = i * 3 + 7;
    sent.push_back(t);
    bench.commands.push_back(t);
  }
  for (const Transfer& t : sent)  // now that all lists are in memory
    t.forEachWord(Bench::kDim, [&](uint64_t word, uint64_t addr) {
      const uint8_t* from = bench.memory.data() + (addr - kMemoryBase);
      expected.at(word).assign(from, from + Bench::kDim);
    });
  finish(bench, sent.size());
  checkOutcomes(bench, sent);
  for (uint32_t w = 0; w < kScratchWords; ++w)
    if (bench.scratch[w] != expected[w]) FAIL("scratchpad word " << w << " differs");
}

TEMPLATE_TEST_CASE("load moves every word to its place under random stalls", "[rtl]", Load4x4,
                   Load4x64, Load8x8, Load16x16, Load32x32, Load64x4) {
  underRandomStalls(randomTransfers<TestType>);
}

TEST_CASE("load sustains a word or a beat per cycle across commands", "[rtl]") {
  checkSustains<LoadDeep>();
}

TEST_CASE("load sustains beats of a narrow bus and words of a wide one", "[rtl]") {
  checkSustainsOtherWidths<Load64x4, Load4x64>();
}

TEST_CASE("load refuses a burst outside the windows and names it", "[rtl]") {
  checkRefusesBeyondWindow<Load16x16>(kErrorWindow);
  checkStaysRefused<Load16x16>(kErrorWindow, 1);
}

TEST_CASE("load reports the first of a refused burst and a word beyond the end", "[rtl]") {
  checkReportsFirstFault<Load16x16>(kErrorWindow, kErrorRange);
}

TEST_CASE("load refuses addresses below the window and without permission", "[rtl]") {
  for (const uint64_t addr : {kMemoryBase - 16, uint64_t{0}}) {
    CAPTURE(addr);
    Load16x16 bench(3);
    Transfer t;
    t.memoryAddr = addr;
    bench.commands = {t};
    for (int i = 0; i < 60; ++i) bench.step();
    REQUIRE(bench.errors.size() == 1);
    CHECK(bench.errors[0].code == kErrorWindow);
    CHECK(bench.errors[0].addr == addr);
    CHECK(bench.requests == 0);
  }
  Load16x16 bench(3);
  setLimits(bench.top.limits_i, {{}, {}, {kMemoryBase, kMemoryBase + kMemoryBytes, 2}, {}});
  Transfer t;
  t.memoryAddr = kMemoryBase;
  bench.commands = {t};
  for (int i = 0; i < 60; ++i) bench.step();
  CHECK(bench.errors.size() == 1);
  CHECK(bench.requests == 0);
}

TEST_CASE("load refuses addresses beyond the bus in a window that holds them", "[rtl]") {
  checkRefusesBeyondBus<Load16x16>(kErrorWindow);
}

TEST_CASE("load reports the command and burst of an error response, drains, and drops the data",
    "[rtl]") {
  for (const uint32_t response : {2U, 3U})
    for (const bool halts : {true, false}) {
      Load16x16 bench(5);
      checkErrorResponse(bench, kErrorBus, 256, response, halts);
      CHECK(bench.done.size() == 5);  // those before it
      CHECK(bench.wordsWritten >= 5 * 32);
      CHECK(bench.wordsWritten <= 5 * 32 + 16);  // of the refused burst, its second, none
    }
}

TEST_CASE("load reports a scratchpad address beyond the end and does not write it", "[rtl]") {
  for (const uint32_t addr : {kScratchWords - 2, kScratchWords, 0xFFFFFFU}) {
    CAPTURE(addr);
    Load4x64 bench(5);
    Transfer t;
    t.memoryAddr = kMemoryBase + 8;
    t.scratchAddr = addr;
    t.chunkWords = 40;
    t.index = 77;
    bench.commands = {t};
    for (int i = 0; i < 200; ++i) {
      bench.step();
      if (!bench.errors.empty()) bench.top.halt_i = 1;
    }
    REQUIRE(bench.errors.size() == 1);
    CHECK(bench.errors[0].code == kErrorRange);
    CHECK(bench.errors[0].index == 77);
    CHECK(bench.errors[0].addr == std::max(addr, kScratchWords));
    CHECK(bench.wordsWritten == (addr < kScratchWords ? 2 : 0));
    CHECK(bench.quiet());
  }
}

TEST_CASE("a gather refuses a row number at its limit and names its place", "[rtl]") {
  Load16x16 bench(7);
  Transfer t = bench.randomGather(3);
  while (t.chunks < 6) t = bench.randomGather(3);
  t.index = 9;
  bench.putListed(t, 4, t.listLimit);
  bench.commands = {t};
  for (int i = 0; i < 2000; ++i) bench.step();
  REQUIRE(bench.errors.size() == 1);
  CHECK(bench.errors[0].code == kErrorIndex);
  CHECK(bench.errors[0].index == 9);
  CHECK(bench.errors[0].addr == t.listAddr + 16);
  CHECK(bench.wordsWritten == 4 * t.chunkWords);  // the rows before
  CHECK(bench.done.empty());
  CHECK(bench.quiet());
}

TEST_CASE("a gather checks its list and its rows against windows and bus errors", "[rtl]") {
  const auto outcome = [](auto change) {
    Load16x16 bench(8);
    Transfer t = bench.randomGather(1);
    while (t.chunks < 8 || t.memoryStride == 0) t = bench.randomGather(1);
    t.index = 5;
    change(bench, t);
    bench.commands = {t};
    for (int i = 0; i < 2000; ++i) {
      bench.step();
      if (!bench.errors.empty()) bench.top.halt_i = 1;
    }
    CHECK(bench.quiet());
    CHECK(bench.done.empty());
    REQUIRE(bench.errors.size() == 1);
    CHECK(bench.errors[0].index == 5);
    return bench.errors[0];
  };
  Error error = outcome([](Load16x16&, Transfer& t) { t.listAddr = kMemoryBase - 64; });
  CHECK(error.code == kErrorWindow);
  CHECK(error.addr == kMemoryBase - 64);
  error = outcome([](Load16x16& bench, Transfer& t) {
    t.listLimit = ~0U;
    bench.putListed(t, 2, 0x80000000U);  // a product of more than 32 bits
  });
  CHECK(error.code == kErrorWindow);
  CHECK(error.addr > (uint64_t{1} << 36));
  uint64_t list = 0;
  error = outcome([&](Load16x16& bench, Transfer& t) {
    list = bench.errorFrom = t.listAddr / 16 * 16;
    bench.errorTo = bench.errorFrom + 1;
  });
  CHECK(error.code == kErrorBus);
  CHECK(error.addr / 16 * 16 == list);
}

TEST_CASE("gathered rows stream: many are under way at a time", "[rtl]") {
  LoadDeep bench(1);
  bench.roughness = {0.0, 100, 100};
  Transfer t;
  t.memoryAddr = kMemoryBase + 0x8000;
  t.memoryStride = 256;
  t.chunks = 64;
  t.chunkWords = 16;
  t.scratchStride = 16;
  t.listAddr = kMemoryBase;
  t.listLimit = 256;
  for (uint32_t row = 0; row < 64; ++row) {
    t.list.push_back(row * 37 % 256);
    bench.putListed(t, row, t.list.back());
  }
  bench.commands.push_back(t);
  finish(bench, 1);
  CHECK(bench.done.back().cycle < 64 * 16 + 330);  // a word per cycle, and two latencies
}

TEST_CASE("load drains at any moment of a halt and works after a reset", "[rtl]") {
  checkHaltAndReset<Load32x32>();
}

}  // namespace
}  // namespace intformer::test
