#include <optional>

#include "Vfirst_error_5.h"
#include "Vrun_control.h"
#include "tests/catch.hpp"
#include "tests/rtl_system/bench.hpp"

namespace intformer::test {
namespace {

constexpr uint32_t kSources = 5;

struct ErrorBench {
  VerilatedContext context;
  Vfirst_error_5 top{&context};

  ErrorBench() {
    top.rst_ni = 0;
    tick();
    top.rst_ni = 1;
    top.enable_i = 1;
  }
  void tick() {
    top.clk_i = 0, top.eval();
    top.clk_i = 1, top.eval();
  }
  void offer(uint32_t source, const Error& error) {
    writeError(top.errors_i, source, error);
  }
  void check(const std::optional<Error>& kept) {
    CHECK(top.failed_o == kept.has_value());
    const Error error = kept.value_or(Error{}), seen = readError(top.error_o);
    CHECK(seen.code == error.code);
    CHECK(seen.index == error.index);
    CHECK(seen.addr == error.addr);
  }
};

/// What run_control says in a cycle.
struct ControlBench {
  VerilatedContext context;
  Vrun_control top{&context};
  uint64_t starts = 0, settles = 0;

  ControlBench() {
    top.rst_ni = 0;
    tick(2);
    top.rst_ni = 1;
    tick();
  }
  void tick(int cycles = 1) {
    for (; cycles > 0; --cycles) {
      top.clk_i = 0, top.eval();
      const bool cleared = top.clear_o;
      top.clk_i = 1, top.eval();
      if (cleared) top.failed_i = 0;
      starts += top.start_o;
      settles += top.settled_o;
    }
  }
  template <typename Pin>
  void pulse(Pin& pin) {
    pin = 1;
    tick();
    pin = 0;
  }
  /// An error is kept until it is cleared.
  void fail() {
    top.failed_i = 1;
    tick();
  }
  void run() {
    top.quiet_i = 0;
    pulse(top.start_request_i);
    tick(3);
    CHECK(top.busy_o == 1);
    CHECK(top.halt_o == 0);
  }
  /// The bus comes to rest: `settled` is looked at after four cycles.
  void quiet() {
    top.quiet_i = 1;
    tick(5);
  }
};

}  // namespace

TEST_CASE("the first error is kept whatever comes after it", "[rtl]") {
  Dice dice(1);
  ErrorBench bench;
  for (int round = 0; round < 300; ++round) {
    std::optional<Error> kept, before;
    for (int cycle = 0; cycle < 12; ++cycle) {
      bench.top.enable_i = !dice.chance(0.2);
      bench.top.valid_i = static_cast<uint8_t>(dice.chance(0.6) ? 0 : dice.upTo(31));
      std::optional<Error> first;
      for (uint32_t source = 0; source < kSources; ++source) {
        const Error error{static_cast<uint32_t>(dice.between(1, 255)),
                          static_cast<uint32_t>(dice.upTo(~0U)), dice.upTo(~uint64_t{0})};
        bench.offer(source, error);
        if (!first && (bench.top.valid_i >> source & 1) != 0) first = error;
      }
      before = kept;  // what was offered shows two cycles later
      if (!kept && bench.top.enable_i) kept = first;  // of several, that of the lowest source
      bench.tick();
      bench.check(before);
    }
    bench.top.valid_i = 0;
    bench.tick();
    bench.check(kept);
    bench.top.clear_i = 1;
    bench.top.valid_i = 31;
    bench.tick();
    bench.top.clear_i = 0;
    bench.top.valid_i = 0;
    bench.tick();
    bench.check(std::nullopt);
  }
}

TEST_CASE("a device that has stopped stays halted until a soft reset", "[rtl]") {
  ControlBench bench;
  bench.run();
  bench.fail();
  CHECK(bench.top.halt_o == 1);
  CHECK(bench.top.error_o == 0);
  bench.tick(50);  // the bus is not quiet yet
  CHECK(bench.top.error_o == 0);
  CHECK(bench.top.busy_o == 1);
  bench.quiet();
  CHECK(bench.top.error_o == 1);
  CHECK(bench.top.busy_o == 0);
  CHECK(bench.settles == 1);
  for (int i = 0; i < 100; ++i) {
    if (i % 20 == 10) bench.pulse(bench.top.start_request_i);
    bench.tick();
    CHECK(bench.top.halt_o == 1);
    CHECK(bench.top.error_o == 1);
  }
  CHECK(bench.starts == 1);
  CHECK(bench.settles == 1);
  bench.pulse(bench.top.reset_request_i);
  bench.tick(12);
  CHECK(bench.top.halt_o == 0);
  CHECK(bench.top.error_o == 0);
  bench.run();
  CHECK(bench.starts == 2);
}

TEST_CASE("a start together with a soft reset is a soft reset", "[rtl]") {
  ControlBench bench;
  bench.tick();
  bench.top.start_request_i = 1;
  bench.pulse(bench.top.reset_request_i);
  bench.top.start_request_i = 0;
  CHECK(bench.top.halt_o == 1);
  bench.quiet();
  bench.tick(12);
  CHECK(bench.top.busy_o == 0);
  CHECK(bench.starts == 0);
}

TEST_CASE("an error while a finished program drains is an error", "[rtl]") {
  ControlBench bench;
  bench.run();
  bench.pulse(bench.top.finish_i);
  bench.tick(20);
  CHECK(bench.top.busy_o == 1);
  CHECK(bench.top.done_o == 0);
  bench.fail();
  bench.quiet();
  CHECK(bench.top.error_o == 1);
  CHECK(bench.top.done_o == 0);
}

TEST_CASE("a program is done when the bus is quiet, once", "[rtl]") {
  ControlBench bench;
  for (uint64_t program = 1; program < 4; ++program) {
    bench.run();
    CHECK(bench.top.done_o == 0);
    bench.pulse(bench.top.finish_i);
    bench.tick(20);
    CHECK(bench.top.done_o == 0);
    bench.quiet();
    CHECK(bench.top.done_o == 1);
    CHECK(bench.top.error_o == 0);
    CHECK(bench.top.busy_o == 0);
    bench.tick(10);
    CHECK(bench.top.done_o == 1);
    CHECK(bench.settles == program);
    CHECK(bench.starts == program);
  }
}

TEST_CASE("a soft reset waits for the quiet bus, then resets the core for two cycles", "[rtl]") {
  for (int when = 0; when < 12; ++when) {
    CAPTURE(when);
    ControlBench bench;
    bench.run();
    if (when >= 3) bench.pulse(bench.top.finish_i);
    if (when >= 6) bench.fail();
    bench.tick(when);
    bench.pulse(bench.top.reset_request_i);
    int low = 0;
    for (int i = 0; i < 30; ++i, bench.tick()) {
      CHECK(bench.top.halt_o == 1);
      CHECK(bench.top.core_rst_no == 1);
    }
    bench.top.quiet_i = 1;
    for (int i = 0; i < 12; ++i, bench.tick()) low += bench.top.core_rst_no == 0;
    CHECK(low == 2);
    CHECK(bench.top.busy_o == 0);
    CHECK(bench.top.error_o == 0);
    CHECK(bench.settles == 0);
  }
}

}  // namespace intformer::test
