#pragma once

#include <string>

#include "tests/catch.hpp"
#include "tests/rtl_system/bench.hpp"

/// What load and store must do alike, for LoadBench and StoreBench.
namespace intformer::test {

/// Steps until all commands are done; then nothing may be open and no rule broken.
template <typename Bench>
void finish(Bench& bench, std::size_t commands) {
  for (uint64_t budget = 400000; bench.done.size() < commands; bench.step())
    if (budget-- == 0) FAIL("not done after 400000 cycles");
  CHECK(bench.quiet());  // in the very cycle: the last response is what makes it done
  for (int i = 0; i < 5; ++i) bench.step();
  CHECK(bench.done.size() == commands);
  CHECK(bench.errors.empty());
  CHECK(bench.faults == std::vector<std::string>{});
  CHECK(bench.top.idle_o == 1);
  CHECK(bench.top.busy_o == 0);
  CHECK(bench.quiet());
}

/// Every command's index and signals come back, in order.
template <typename Bench>
void checkOutcomes(const Bench& bench, const std::vector<Transfer>& sent) {
  for (std::size_t i = 0; i < sent.size() && i < bench.done.size(); ++i) {
    CHECK(bench.done[i].index == sent[i].index);
    CHECK(bench.done[i].signal == sent[i].signal);
  }
}

/// Calls randomTransfers(seed, roughness) for memories from smooth to hardly ready.
template <typename RandomTransfers>
void underRandomStalls(RandomTransfers randomTransfers) {
  for (uint32_t seed = 1; seed <= 6; ++seed) {
    randomTransfers(seed, Roughness{0.0, 1, 1});
    randomTransfers(seed + 100, Roughness{0.3, 1, 40});
    randomTransfers(seed + 200, Roughness{0.7, 1, 5});
  }
}

/// Cycles for `commands` transfers like `t`, with 100 cycles of latency.
template <typename Bench>
uint64_t cyclesFor(const Transfer& t, uint32_t commands) {
  Bench bench(1);
  bench.roughness = {0.0, 100, 100};
  for (uint32_t i = 0; i < commands; ++i) bench.commands.push_back(t);
  finish(bench, commands);
  return bench.done.back().cycle;
}

/// `Deep`: words and beats of 16 bytes, 64 bursts outstanding.
template <typename Deep>
void checkSustains() {
  Transfer t;
  t.memoryAddr = kMemoryBase;
  t.chunkWords = 256;  // 16 bursts of 16 beats
  CHECK(cyclesFor<Deep>(t, 8) < 8 * 256 + 130);
  t.chunkWords = 64;
  t.chunks = 4;
  t.scratchStride = 64;
  t.memoryStride = 64 * 16;
  CHECK(cyclesFor<Deep>(t, 8) < 8 * 256 + 130);
  // Requests of one word each: as many as may be outstanding per latency.
  t.chunkWords = 1;
  t.chunks = 512;
  t.scratchStride = 1;
  t.memoryStride = 48;
  CHECK(cyclesFor<Deep>(t, 1) < 512 * 106 / 64 + 130);
}

/// `Narrow`: words of 64 bytes on beats of 4; `Wide`: words of 4 on beats of 64.
template <typename Narrow, typename Wide>
void checkSustainsOtherWidths() {
  Transfer t;
  t.memoryAddr = kMemoryBase;
  t.chunkWords = 64;  // 1024 beats; 4 bursts of 16 in flight
  CHECK(cyclesFor<Narrow>(t, 2) < 2 * 1024 * 120 / 64 + 130);
  t.chunkWords = 512;  // 32 beats of 16 words: 2 bursts
  CHECK(cyclesFor<Wide>(t, 4) < 4 * 512 + 140);
}

/// `Bench`: words and beats of 16 bytes. The window ends on a burst's end, on a word's, and in a word.
template <typename Bench>
void checkRefusesBeyondWindow(uint32_t code) {
  for (const uint64_t less : {0U, 48U, 40U}) {
    CAPTURE(less);
    Bench bench(3);
    bench.windowEnd -= less;
    bench.openWindow(Bench::kPermission);
    Transfer good;
    good.memoryAddr = bench.windowEnd / 16 * 16 - 64;
    good.chunkWords = 4;
    good.index = 20;
    Transfer bad = good;
    bad.chunkWords = 5;  // one word beyond the end
    bad.index = 21;
    bench.commands = {good, bad};
    for (int i = 0; i < 60; ++i) bench.step();
    REQUIRE(bench.errors.size() == 1);
    CHECK(bench.errors[0].code == code);
    CHECK(bench.errors[0].index == 21);
    // Where the burst that leaves the window begins: its second if the window ends where one does.
    CHECK(bench.errors[0].addr == (less == 0 ? bench.windowEnd : bad.memoryAddr));
    CHECK(bench.requests == (less == 0 ? 2 : 1));
    CHECK(bench.done.size() == 1);
    CHECK(bench.faults.empty());
    CHECK(bench.quiet());
    // What was refused stays refused, whatever the host does to the windows before the halt.
    bench.windowEnd = kMemoryBase + kMemoryBytes;
    bench.openWindow(Bench::kPermission);
    for (int i = 0; i < 60; ++i) bench.step();
    CHECK(bench.errors.size() == 1);
    CHECK(bench.requests == (less == 0 ? 2 : 1));
    CHECK(bench.done.size() == 1);
  }
}

/// `Bench`: words and beats of 16 bytes, 40 address bits. A window over all 64-bit addresses does not
/// open those that the bus does not have.
template <typename Bench>
void checkRefusesBeyondBus(uint32_t code) {
  for (const uint64_t address : {uint64_t{1} << 40, uint64_t{1} << 40 | kMemoryBase,
                                 uint64_t{1} << 63, ~uint64_t{255}}) {
    CAPTURE(address);
    Bench bench(3);
    bench.windowBase = 0, bench.windowEnd = ~uint64_t{0};
    bench.openWindow(Bench::kPermission);
    Transfer t;
    t.memoryAddr = address;
    bench.commands = {t};
    for (int i = 0; i < 60; ++i) bench.step();
    REQUIRE(bench.errors.size() == 1);
    CHECK(bench.errors[0].code == code);
    CHECK(bench.errors[0].addr == address);
    CHECK(bench.requests == 0);
  }
}

/// `Bench`: words and beats of 16 bytes. The memory refuses byte `offset` of the sixth command's
/// 512; the error names the burst of 256 that the byte is in. `halts`: the device stops the unit, as
/// it does; else the unit alone must end that command.
template <typename Bench>
void checkErrorResponse(Bench& bench, uint32_t code, uint64_t offset, uint32_t response,
                        bool halts) {
  CAPTURE(response, halts);
  bench.roughness = {0.2, 5, 30};
  for (uint32_t i = 0; i < 8; ++i) {
    Transfer t;
    t.memoryAddr = kMemoryBase + i * 1024;
    t.chunkWords = 32;
    t.index = i;
    bench.commands.push_back(t);
  }
  bench.errorFrom = kMemoryBase + 5 * 1024 + offset, bench.errorTo = bench.errorFrom + 1;
  bench.errorResponse = response;
  for (int i = 0; i < 2000; ++i) {
    bench.step();
    if (!bench.errors.empty() && halts) bench.top.halt_i = 1;
  }
  REQUIRE(bench.errors.size() == 1);
  CHECK(bench.errors[0].code == code);
  CHECK(bench.errors[0].index == 5);
  CHECK(bench.errors[0].addr == kMemoryBase + 5 * 1024 + offset / 256 * 256);
  for (const Done& done : bench.done) CHECK(done.index != 5);  // it gives no tokens
  CHECK(bench.quiet());
  CHECK(bench.top.idle_o == 1);
}

/// `Bench`: words and beats of 16 bytes, bursts of 16. A command's words leave the scratchpad at one
/// place and its bursts the window at another: the earlier one is reported, whatever the timing.
template <typename Bench>
void checkReportsFirstFault(uint32_t windowCode, uint32_t rangeCode) {
  constexpr uint32_t kRefusedWord = 48;
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    const uint32_t rangeWord = seed % 2 == 0 ? 40 : 49;
    CAPTURE(seed, rangeWord);
    Bench bench(seed);
    bench.roughness = {seed % 3 * 0.3, 1, 1 + seed % 4 * 30};
    Transfer good;
    good.memoryAddr = kMemoryBase;
    good.chunkWords = 30;
    good.index = 7;
    Transfer bad = good;
    bad.memoryAddr = kMemoryBase + kMemoryBytes - kRefusedWord * 16;
    bad.scratchAddr = kScratchWords - rangeWord;
    bad.chunkWords = 80;
    bad.index = 8;
    bench.commands = {good, bad, good};
    for (int i = 0; i < 4000; ++i) {
      bench.step();
      if (!bench.errors.empty()) bench.top.halt_i = 1;
    }
    REQUIRE(bench.errors.size() == 1);
    CHECK(bench.errors[0].index == 8);
    CHECK(bench.errors[0].code == (rangeWord < kRefusedWord ? rangeCode : windowCode));
    CHECK(bench.errors[0].addr ==
          (rangeWord < kRefusedWord ? kScratchWords : kMemoryBase + kMemoryBytes));
    REQUIRE(bench.done.size() == 1);
    CHECK(bench.done[0].index == 7);
    CHECK(bench.faults.empty());
    CHECK(bench.quiet());
  }
}

/// `Bench`: words and beats of 16 bytes. The window opens further before the refusal is reported.
template <typename Bench>
void checkStaysRefused(uint32_t code, uint32_t permissions) {
  Bench bench(4);
  bench.roughness = {0, 60, 60};
  bench.windowEnd -= 256;
  bench.openWindow(permissions);
  Transfer bad;
  bad.memoryAddr = bench.windowEnd - 256;
  bad.chunkWords = 32;
  bad.index = 3;
  bench.commands = {bad};
  for (int i = 0; i < 40; ++i) bench.step();
  CHECK(bench.errors.empty());  // the burst before it is under way
  bench.windowEnd += 256;
  bench.openWindow(permissions);
  for (int i = 0; i < 300; ++i) bench.step();
  REQUIRE(bench.errors.size() == 1);
  CHECK(bench.errors[0].code == code);
  CHECK(bench.errors[0].addr == kMemoryBase + kMemoryBytes - 256);
  CHECK(bench.requests == 1);
  CHECK(bench.done.empty());
}

/// `Bench`: words and beats of 32 bytes.
template <typename Bench>
void checkHaltAndReset() {
  for (uint32_t when = 1; when < 160; when += 7) {
    Bench bench(when);
    bench.roughness = {0.3, 5, 20};
    for (uint32_t i = 0; i < 10; ++i) bench.commands.push_back(randomTransfer(bench.dice, 32, 40));
    for (uint32_t i = 0; i < when; ++i) bench.step();
    bench.top.halt_i = 1;
    for (int i = 0; i < 1500; ++i) bench.step();
    REQUIRE(bench.quiet());
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

}  // namespace intformer::test
