// What the host does while a program runs, and what the bus may do to it.
#include "tests/rtl_system/top_bench.hpp"

namespace intformer::test {
namespace {

constexpr uint32_t kPieces = 20, kWords = 25;

TEMPLATE_TEST_CASE("the next program may be set while one runs", "[rtl]", Tiny4, Narrow) {
  for (int when = 0; when < 300; when += 7) {
    CAPTURE(when);
    TestType bench(6, 0.1);
    bench.place(copyProgram(kPieces, kWords));
    bench.start();
    for (int i = 0; i < when; ++i) bench.tick();
    bench.set("program_commands", when % 2 == 0 ? 1 : 1000);
    bench.set("program_addr_low", kInput);
    bench.set("program_addr_high", 5);
    bench.wait();
    checkCopy(bench, kPieces * kWords * kDim);
    CHECK(bench.get("program_commands") == (when % 2 == 0 ? 1 : 1000));
    bench.set("interrupt_clear", 1);
    bench.set("program_addr_high", 0);
    bench.place(copyProgram(5, 40));  // and it is what the next start takes
    std::fill_n(bench.memory.begin() + kOutput, 2000, uint8_t{0});
    bench.start();
    bench.wait();
    checkCopy(bench, 5 * 40 * kDim);
  }
}

TEMPLATE_TEST_CASE("start during a run is ignored, interrupt registers act at once", "[rtl]", Tiny4,
                   Narrow) {
  TestType bench(7);
  bench.place(copyProgram(kPieces, kWords));
  bench.start();
  for (int i = 0; i < 30; ++i) {
    bench.set("control", control::kStart);
    bench.set("interrupt_clear", 1);
  }
  bench.set("interrupt_enable", 0);
  for (int budget = 50000; (bench.get("status") & status::kBusy) != 0;)
    if (budget-- == 0) FAIL("busy after 50000 reads");
  CHECK(bench.get("status") == (status::kDone | status::kInterrupt));
  CHECK(bench.top.interrupt_o == 0);
  bench.set("interrupt_enable", 1);
  CHECK(bench.top.interrupt_o == 1);
  bench.set("interrupt_clear", 1);
  CHECK(bench.top.interrupt_o == 0);
  CHECK(bench.count("commands") == 2 * kPieces + 1);
  checkCopied(bench, kPieces * kWords * kDim);
}

TEMPLATE_TEST_CASE("a window that is closed during a run holds for the bursts that follow", "[rtl]",
                   Tiny4, Narrow, Wide) {
  for (int when = 100; when < 700; when += 60) {
    CAPTURE(when);
    TestType bench(8, 0.1);
    std::fill_n(bench.memory.begin() + kOutput, 2000, uint8_t{0});
    bench.place(copyProgram(kPieces, kWords));
    bench.start();
    for (int i = 0; i < when; ++i) bench.tick();
    bench.set("window1_permissions", window::kReadable);
    for (int i = 0; i < 200; ++i) bench.tick();  // what was requested is answered
    const std::vector<uint8_t> then = bench.memory;
    bench.wait();
    CHECK(bench.memory == then);
    CHECK(bench.axi.violation().empty());
    if (bench.get("error_code") == 0) continue;  // all had been requested
    CHECK(bench.get("error_code") == static_cast<uint32_t>(ErrorCode::WriteWindow));
    // The store that it names is the first whose words did not come.
    const uint32_t store = bench.get("error_command") / 2;
    CHECK(bench.get("error_command") % 2 == 1);
    const uint64_t at = bench.get("error_addr_low");
    CHECK(at >= kOutput + store * kWords * kDim);
    CHECK(at < kOutput + (store + 1) * kWords * kDim);
    for (uint64_t i = kOutput; i < kOutput + kPieces * kWords * kDim; ++i)
      REQUIRE(bench.memory[i] == (i < at ? bench.memory[i - kOutput + kInput] : 0));
    bench.softReset();
    bench.openWindows();
    bench.start();
    bench.wait();
    checkCopy(bench, kPieces * kWords * kDim);
  }
}

TEMPLATE_TEST_CASE("answers may come late", "[rtl]", Tiny4, Narrow, Wide) {
  TestType bench(9);
  bench.axi.setTiming({3000, 2000, 1.0, 0, 1, 8, SIM_ADDRESS_FIRST});
  bench.place(copyProgram(2, kWords));
  bench.start();
  for (int i = 0; i < 2500; ++i) bench.tick();
  CHECK(bench.get("status") == status::kBusy);
  for (int budget = 500000; !bench.top.interrupt_o; bench.tick())
    if (budget-- == 0) FAIL("no interrupt");
  checkCopy(bench, 2 * kWords * kDim);
}

TEMPLATE_TEST_CASE("with a bus that never answers only the reset pin helps", "[rtl]", Tiny4, Narrow,
                   Wide) {
  TestType bench(10);
  bench.place(copyProgram(2, kWords));
  bench.axi.setTiming({1U << 30, 1, 1.0, 0, 1, 8, SIM_ADDRESS_FIRST});
  bench.start();
  for (int i = 0; i < 2000; ++i) bench.tick();
  CHECK(bench.get("status") == status::kBusy);
  bench.set("control", control::kSoftReset);
  for (int i = 0; i < 20000; ++i) bench.tick();
  CHECK(bench.get("status") == status::kBusy);  // waits for the fetch's data
  bench.set("control", control::kStart);        // not taken
  bench.top.rst_ni = 0;
  bench.axi.clear();
  for (int i = 0; i < 4; ++i) bench.tick();
  bench.top.rst_ni = 1;
  bench.axi.setTiming({20, 20, 1.0, 0, 1, 8, SIM_ADDRESS_FIRST});
  CHECK(bench.get("status") == 0);
  CHECK(bench.get("program_commands") == 0);
  CHECK(bench.get("window0_permissions") == 0);
  bench.openWindows();
  bench.place(copyProgram(2, kWords));
  bench.start();
  bench.wait();
  checkCopy(bench, 2 * kWords * kDim);
}

TEMPLATE_TEST_CASE("what lies behind an end is fetched at most, never an error", "[rtl]", Tiny4,
                   Narrow, Wide) {
  TestType bench(11, 0.1);
  bench.place(copyProgram(3, kWords));
  bench.set("program_commands", 4000);  // far beyond window and memory
  bench.start();
  bench.wait();
  checkCopy(bench, 3 * kWords * kDim);
}

TEMPLATE_TEST_CASE("a program that leaves its window runs until there", "[rtl]", Tiny4, Narrow,
                   Wide) {
  TestType bench(12, 0.1);
  std::fill_n(bench.memory.begin() + kOutput, 2000, uint8_t{0});
  bench.place(copyProgram(12, kWords));
  bench.set("window0_end_low", 16 * 64);
  bench.set("window1_base_low", kInput), bench.set("window1_permissions", 3);
  bench.start();
  bench.wait();
  CHECK(bench.get("error_code") == static_cast<uint32_t>(ErrorCode::FetchWindow));
  CHECK(bench.get("error_command") == 16);
  CHECK(bench.get("error_addr_low") == 16 * 64);
  CHECK(bench.ended.size() >= 4);  // those in queues and units are cut off
}

}  // namespace
}  // namespace intformer::test
