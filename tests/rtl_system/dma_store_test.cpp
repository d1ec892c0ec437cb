#include <array>

#include "Vdma_store_16_16.h"
#include "Vdma_store_32_32.h"
#include "Vdma_store_4_4.h"
#include "Vdma_store_4_64.h"
#include "Vdma_store_64_4.h"
#include "Vdma_store_8_8.h"
#include "Vdma_store_deep.h"
#include "tests/catch.hpp"
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
void finish(Bench& bench, std::size_t commands) {
  for (uint64_t budget = 400000; bench.done.size() < commands; bench.step())
    if (budget-- == 0) FAIL("store not done after 400000 cycles");
  CHECK(bench.quiet());  // in the very cycle: the last response is what makes it done
  for (int i = 0; i < 5; ++i) bench.step();
  CHECK(bench.done.size() == commands);
  CHECK(bench.errors.empty());
  CHECK(bench.faults == std::vector<std::string>{});
  CHECK(bench.top.idle_o == 1);
  CHECK(bench.top.busy_o == 0);
}

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
  for (std::size_t i = 0; i < sent.size() && i < bench.done.size(); ++i) {
    CHECK(bench.done[i].index == sent[i].index);
    CHECK(bench.done[i].signal == sent[i].signal);
  }
  CHECK(bench.wordEvents == words);
  for (uint64_t i = 0; i < kMemoryBytes; ++i)
    if (bench.memory[i] != expected[i]) FAIL("memory byte " << i << " differs");
}

template <typename Bench>
uint64_t cyclesFor(const Transfer& t, uint32_t commands) {
  Bench bench(1);
  bench.roughness = {0.0, 100, 100};
  for (uint32_t i = 0; i < commands; ++i) bench.commands.push_back(t);
  finish(bench, commands);
  return bench.done.back().cycle;
}

TEMPLATE_TEST_CASE("store moves every word to its place under random stalls", "[rtl]", Store4x4,
                   Store4x64, Store8x8, Store16x16, Store32x32, Store64x4) {
  for (uint32_t seed = 1; seed <= 6; ++seed) {
    randomTransfers<TestType>(seed, {0.0, 1, 1});
    randomTransfers<TestType>(seed + 100, {0.3, 1, 40});
    randomTransfers<TestType>(seed + 200, {0.7, 1, 5});
  }
}

TEST_CASE("store sustains a word or a beat per cycle across commands", "[rtl]") {
  Transfer t;
  t.memoryAddr = kMemoryBase;
  t.chunkWords = 256;
  CHECK(cyclesFor<StoreDeep>(t, 8) < 8 * 256 + 130);
  t.chunkWords = 64;
  t.chunks = 4;
  t.scratchStride = 64;
  t.memoryStride = 64 * 16;
  CHECK(cyclesFor<StoreDeep>(t, 8) < 8 * 256 + 130);
  t.chunkWords = 1;
  t.chunks = 512;
  t.scratchStride = 1;
  t.memoryStride = 48;
  CHECK(cyclesFor<StoreDeep>(t, 1) < 512 * 106 / 64 + 130);
}

TEST_CASE("store sustains beats of a narrow bus and words of a wide one", "[rtl]") {
  Transfer t;
  t.memoryAddr = kMemoryBase;
  t.chunkWords = 64;
  CHECK(cyclesFor<Store64x4>(t, 2) < 2 * 1024 * 120 / 64 + 130);
  t.chunkWords = 512;
  CHECK(cyclesFor<Store4x64>(t, 4) < 4 * 512 + 140);
}

TEST_CASE("store refuses a burst outside the windows and names it", "[rtl]") {
  Store16x16 bench(3);
  Transfer good;
  good.memoryAddr = kMemoryBase + kMemoryBytes - 64;
  good.chunkWords = 4;
  good.index = 20;
  Transfer bad = good;
  bad.chunkWords = 5;
  bad.index = 21;
  bench.commands = {good, bad};
  for (int i = 0; i < 60; ++i) bench.step();
  REQUIRE(bench.errors.size() == 1);
  CHECK(bench.errors[0].code == kErrorWindow);
  CHECK(bench.errors[0].index == 21);
  CHECK(bench.errors[0].addr == kMemoryBase + kMemoryBytes);  // where its second burst begins
  CHECK(bench.requests == 2);
  CHECK(bench.done.size() == 1);
  CHECK(bench.faults.empty());
  CHECK(bench.quiet());
}

TEST_CASE("store reports the command and burst of an error response", "[rtl]") {
  Store16x16 bench(5);
  bench.roughness = {0.2, 5, 30};
  for (uint32_t i = 0; i < 8; ++i) {
    Transfer t;
    t.memoryAddr = kMemoryBase + i * 1024;
    t.chunkWords = 32;
    t.index = i;
    bench.commands.push_back(t);
  }
  bench.errorFrom = kMemoryBase + 5 * 1024 + 300, bench.errorTo = bench.errorFrom + 1;
  for (int i = 0; i < 2000; ++i) {
    bench.step();
    if (!bench.errors.empty()) bench.top.halt_i = 1;
  }
  REQUIRE(bench.errors.size() == 1);
  CHECK(bench.errors[0].code == kErrorBus);
  CHECK(bench.errors[0].index == 5);
  CHECK(bench.errors[0].addr == kMemoryBase + 5 * 1024 + 256);
  CHECK(bench.quiet());
  CHECK(bench.top.idle_o == 1);
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
  for (uint32_t when = 1; when < 160; when += 7) {
    Store32x32 bench(when);
    bench.roughness = {0.3, 5, 20};
    for (uint32_t i = 0; i < 10; ++i) bench.commands.push_back(randomTransfer(bench.dice, 32, 40));
    for (uint32_t i = 0; i < when; ++i) bench.step();
    bench.top.halt_i = 1;
    for (int i = 0; i < 1500; ++i) bench.step();
    REQUIRE(bench.quiet());
    CHECK(bench.bursts == bench.requests);
    CHECK(bench.top.idle_o == 1);
    bench.reset();
    bench.commands.clear();
    bench.done.clear();
    Transfer t;
    t.memoryAddr = kMemoryBase + 96;
    t.chunkWords = 9;
    bench.commands.push_back(t);
    finish(bench, 1);
    for (uint32_t w = 0; w < 9; ++w)
      CHECK(std::memcmp(bench.scratch[w].data(), bench.memory.data() + 96 + w * 32, 32) == 0);
  }
}

}  // namespace
}  // namespace intformer::test
