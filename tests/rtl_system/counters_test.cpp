// Counters of events and causes against plain numbers, read in every cycle.
#include <array>

#include "Vcause_counters_7.h"
#include "Vevent_counters_1.h"
#include "Vevent_counters_15.h"
#include "tests/catch.hpp"
#include "tests/rtl_system/bench.hpp"

namespace intformer::test {
namespace {

template <typename Model>
void tick(Model& top) {
  top.clk_i = 0;
  top.eval();
  top.clk_i = 1;
  top.eval();
}

template <typename Model>
void reset(Model& top) {
  top.rst_ni = 0;
  top.clear_i = 0;
  top.enable_i = 1;
  tick(top);
  top.rst_ni = 1;
}

/// One counter, chosen anew in every cycle, is looked at before the edge.
template <typename Model, std::size_t Count>
void checkEvents(uint32_t seed) {
  VerilatedContext context;
  Model top(&context);
  Dice dice(seed);
  reset(top);
  std::array<uint64_t, Count> expected{};
  std::array<uint8_t, 16> steps{};
  for (int cycle = 0; cycle < 20000; ++cycle) {
    const bool calm = cycle / 500 % 2 == 0;  // else every counter takes the largest step
    for (std::size_t i = 0; i < Count; ++i)
      steps[i] = static_cast<uint8_t>(calm ? dice.upTo(3) * dice.upTo(85) : 255);
    setPort(top.step_i, steps.data(), Count);
    top.enable_i = dice.chance(0.9);
    top.clear_i = dice.chance(0.002);
    const std::size_t index = dice.upTo(Count - 1);
    top.read_index_i = static_cast<uint8_t>(index);
    top.clk_i = 0;
    top.eval();
    REQUIRE(top.read_data_o == expected[index]);
    tick(top);
    for (std::size_t i = 0; i < Count; ++i) {
      if (top.clear_i != 0)
        expected[i] = 0;
      else if (top.enable_i != 0)
        expected[i] += steps[i];
    }
  }
}

}  // namespace

TEST_CASE("event counters hold every step, also the largest in every cycle", "[counters]") {
  const uint32_t seed = GENERATE(1U, 2U);
  CAPTURE(seed);
  checkEvents<Vevent_counters_15, 15>(seed);
  checkEvents<Vevent_counters_1, 1>(seed);
}

TEST_CASE("cause counters add one to the cause of the cycle", "[counters]") {
  constexpr std::size_t kCount = 7;
  VerilatedContext context;
  Vcause_counters_7 top(&context);
  Dice dice(3);
  reset(top);
  std::array<uint64_t, kCount> expected{};
  for (int cycle = 0; cycle < 20000; ++cycle) {
    const std::size_t cause = dice.upTo(cycle / 100 % 2 == 0 ? kCount - 1 : 1);
    const std::size_t index = dice.upTo(kCount - 1);
    top.cause_i = static_cast<uint8_t>(cause);
    top.read_index_i = static_cast<uint8_t>(index);
    top.enable_i = dice.chance(0.9);
    top.clear_i = dice.chance(0.002);
    top.clk_i = 0;
    top.eval();
    REQUIRE(top.read_data_o == expected[index]);
    tick(top);
    if (top.clear_i != 0)
      expected = {};
    else if (top.enable_i != 0)
      ++expected[cause];
  }
}

}  // namespace intformer::test
