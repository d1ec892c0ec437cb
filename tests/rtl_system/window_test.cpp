#include "Vwindow_check_4.h"
#include "Vwindow_check_64.h"
#include "tests/catch.hpp"
#include "tests/rtl_system/bench.hpp"

namespace intformer::test {
namespace {

/// Windows are set with a clock, the check is asked without.
template <typename Model, uint32_t Windows, uint32_t AddressBits, uint32_t Permission>
struct Check {
  static constexpr uint32_t kWindows = Windows, kAddressBits = AddressBits, kPermission = Permission;
  VerilatedContext context;
  Model top{&context};

  bool allowed(const std::vector<Window>& windows, uint64_t first, uint64_t end) {
    setWindows(top.windows_i, windows);
    top.first_i = first;
    top.end_i = end;
    top.clk_i = 0, top.eval();
    top.clk_i = 1, top.eval();
    return top.allowed_o != 0;
  }

  /// Byte by byte: every byte exists on the bus and one window holds them all.
  static bool expected(const std::vector<Window>& windows, uint64_t first, uint64_t count) {
    for (const Window& window : windows) {
      bool all = count != 0 && (window.permissions >> Permission & 1) != 0;
      for (uint64_t i = 0; all && i < count; ++i) {
        const uint64_t byte = first + i;
        all = byte >= first && byte >= window.base && byte < window.end &&
              (AddressBits == 64 || byte >> (AddressBits % 64) == 0);
      }
      if (all) return true;
    }
    return false;
  }
};

using Narrow = Check<Vwindow_check_4, 4, 40, 1>;
using Full = Check<Vwindow_check_64, 2, 64, 0>;

}  // namespace

TEMPLATE_TEST_CASE("an access is allowed if one window that grants it holds all its bytes", "[rtl]",
                   Narrow, Full) {
  TestType check;
  Dice dice(1);
  const std::vector<uint64_t> places = {
      0, 4096, uint64_t{1} << 33, (uint64_t{1} << 40) - 128, uint64_t{1} << 40, uint64_t{1} << 63,
      ~uint64_t{0} - 300};
  const auto near = [&] { return places[dice.upTo(places.size() - 1)] + dice.upTo(128); };
  int seen[2] = {0, 0};
  for (int i = 0; i < 60'000; ++i) {
    std::vector<Window> windows;
    for (uint32_t w = 0; w < TestType::kWindows; ++w)
      windows.push_back({near(), near(), static_cast<uint32_t>(dice.upTo(3))});
    uint64_t first = near();
    if (dice.chance(0.5)) first = windows[0].end - dice.upTo(70);  // about the end of a window
    if (dice.chance(0.2)) first = windows[0].base;
    uint64_t count = dice.upTo(70);
    if (dice.chance(0.2)) count = windows[0].end - first;  // the whole rest, or nothing
    count %= 4096;
    if (count == 0) continue;
    if (first / 4096 != (first + count - 1) / 4096) continue;  // the contract: inside 4 KiB
    const bool expected = TestType::expected(windows, first, first + count == 0 ? 0 : count);
    INFO("first " << first << ", count " << count);
    REQUIRE(check.allowed(windows, first, first + count) == expected);
    ++seen[expected];
  }
  CHECK(seen[0] > 2000);
  CHECK(seen[1] > 2000);
}

TEMPLATE_TEST_CASE("a range that is empty or wraps is never allowed", "[rtl]", Narrow, Full) {
  TestType check;
  const std::vector<Window> all(TestType::kWindows, {0, ~uint64_t{0}, 3});
  CHECK(check.allowed(all, 4096, 4097));
  if (TestType::kAddressBits == 64)  // narrower addresses have a bit more, and do not wrap
    for (const uint64_t end : {uint64_t{4096}, uint64_t{4095}, uint64_t{0}})
      CHECK_FALSE(check.allowed(all, 4096, end));
  CHECK_FALSE(check.allowed(all, ~uint64_t{0} - 15, 0));  // up to the last byte of 64 address bits
  CHECK_FALSE(check.allowed(all, ~uint64_t{0} - 15, 16));
}

}  // namespace intformer::test
