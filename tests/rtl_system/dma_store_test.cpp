#include <array>

#include "Vdma_store_16_16.h"
#include "Vdma_store_32_32.h"
#include "Vdma_store_4_4.h"
#include "Vdma_store_4_64.h"
#include "Vdma_store_64_4.h"
#include "Vdma_store_8_8.h"
#include "Vdma_store_deep.h"
#include "tests/rtl_system/dma_checks.hpp"
#include "tests/rtl_system/store_bench.hpp"

namespace intformer::test {
namespace {

using Store4x4 = StoreBench<Vdma_store_4_4, 4, 4>;
using Store4x64 = StoreBench<Vdma_store_4_64, 4, 64>;
using Store8x8 = StoreBench<Vdma_store_8_8, 8, 8>;
using Store16x16 = StoreBench<Vdma_store_16_16, 16, 16>;
using Store32x32 = StoreBench<Vdma_store_32_32, 32, 32>;
using Store64x4 = StoreBench<Vdma_store_64_4, 64, 4>;
using StoreDeep = StoreBench<Vdma_store_deep, 16, 16, 64>;

constexpr uint32_t kErrorWindow = 5, kErrorBus = 8, kErrorRange = 10;

template <typename Bench>
void randomTransfers(uint32_t seed, Roughness roughness) {
  CAPTURE(seed, Bench::kDim, Bench::kBus, roughness.stall);
  Bench bench(seed);
  bench.roughness = roughness;
  auto expected = bench.memory;
  std::vector<Transfer> sent;
  uint64_t words = 0;
  for (uint32_t i = 0; i < 60; ++i) {
    Transfer t = randomTransfer(bench.dice, Bench::kDim, 60);
    t.index = i * 3 + 7;
    t.forEachWord(Bench::kDim, [&](uint64_t word, uint64_t addr) {
      std::memcpy(expected.data() + (addr - kMemoryBase), bench.scratch[word].data(), Bench::kDim);
    });
    words += t.words();
    sent.push_back(t);
    bench.commands.push_back(t);
  }
  finish(bench, sent.size());
  checkOutcomes(bench, sent);
  CHECK(bench.wordEvents == words);
  for (uint64_t i = 0; i < kMemoryBytes; ++i)
    if (bench.memory[i] != expected[i]) FAIL("memory byte " << i << " differs");
}

TEMPLATE_TEST_CASE("store moves every word to its place under random stalls", "[rtl]", Store4x4,
                   Store4x64, Store8x8, Store16x16, Store32x32, Store64x4) {
  underRandomStalls(randomTransfers<TestType>);
}

TEST_CASE("store sustains a word or a beat per cycle across commands", "[rtl]") {
  checkSustains<StoreDeep>();
}

TEST_CASE("store sustains beats of a narrow bus and words of a wide one", "[rtl]") {
  checkSustainsOtherWidths<Store64x4, Store4x64>();
}

TEST_CASE("store refuses a burst outside the windows and names it", "[rtl]") {
  checkRefusesBeyondWindow<Store16x16>(kErrorWindow);
  checkStaysRefused<Store16x16>(kErrorWindow, 2);
}

TEST_CASE("store reports the first of a refused burst and a word beyond the end", "[rtl]") {
  checkReportsFirstFault<Store16x16>(kErrorWindow, kErrorRange);
}

TEST_CASE("store refuses addresses beyond the bus in a window that holds them", "[rtl]") {
  checkRefusesBeyondBus<Store16x16>(kErrorWindow);
}

TEST_CASE("store reports the command and burst of an error response, and does not call it done",
    "[rtl]") {
  for (const uint32_t response : {2U, 3U})
    for (const bool halts : {true, false}) {
      Store16x16 bench(5);
      checkErrorResponse(bench, kErrorBus, 300, response, halts);
    }
}

TEST_CASE("store reports a scratchpad address beyond the end, and ends its burst without it",
    "[rtl]") {
  Store4x64 bench(5);
  const auto before = bench.memory;
  Transfer t;
  t.memoryAddr = kMemoryBase + 8;
  t.scratchAddr = kScratchWords - 2;
  t.chunkWords = 40;
  t.index = 77;
  bench.commands = {t};
  for (int i = 0; i < 300; ++i) {
    bench.step();
    if (!bench.errors.empty()) bench.top.halt_i = 1;
  }
  REQUIRE(bench.errors.size() == 1);
  CHECK(bench.errors[0].code == kErrorRange);
  CHECK(bench.errors[0].index == 77);
  CHECK(bench.errors[0].addr == kScratchWords);
  CHECK(bench.bursts == bench.requests);
  CHECK(bench.quiet());
  CHECK(std::memcmp(bench.memory.data() + 8, bench.scratch[kScratchWords - 2].data(), 4) == 0);
  CHECK(std::memcmp(bench.memory.data() + 16, before.data() + 16, 200) == 0);
}

TEST_CASE("store completes its bursts at any moment of a halt and works after a reset", "[rtl]") {
  checkHaltAndReset<Store32x32>();
}

}  // namespace
}  // namespace intformer::test
