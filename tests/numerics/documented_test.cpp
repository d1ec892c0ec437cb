// What docs/2-numerics.md states, read from there: tables of which the fit is only certain within one.
#include <cmath>
#include <fstream>
#include <random>
#include <sstream>
#include <vector>

#include "sw/numerics/activation.hpp"
#include "sw/numerics/softmax.hpp"
#include "tests/catch.hpp"

using namespace intformer;

namespace {

/// The numbers behind "NAME = " on a line of its own.
std::vector<int> documented(const std::string& name) {
  std::ifstream page("docs/2-numerics.md");
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with(name + " = ")) continue;
    std::istringstream rest(line.substr(name.size() + 3));
    std::vector<int> values;
    for (int value = 0; rest >> value;) values.push_back(value);
    if (rest.eof() && values.size() > 1) return values;
  }
  return {};
}

template <typename Table>
std::vector<int> listOf(const Table& table) {
  return {table.begin(), table.end()};
}

/// Nearest, halves up.
int nearest(double value) { return static_cast<int>(std::floor(value + 0.5)); }

}  // namespace

TEST_CASE("the tables are those of the documentation, entry by entry") {
  CHECK(listOf(GeluPwl::kA) == documented("A"));
  CHECK(listOf(GeluPwl::kB) == documented("B"));
  CHECK(listOf(ExpPwl::kA) == documented("EA"));
  CHECK(listOf(ExpPwl::kB) == documented("EB"));
}

TEST_CASE("lines are followed with one rounding to nearest") {
  const auto a = documented("A"), b = documented("B"), ea = documented("EA"), eb = documented("EB");
  for (int g = 0; g < 256; ++g) {
    INFO("g " << g);
    const auto i = static_cast<std::size_t>(g / 16);
    CHECK(expFraction(static_cast<uint32_t>(g), Family::Pwl) ==
          ea.at(i) - nearest(eb.at(i) * (g % 16) / 16.0));
  }
  for (int x = 0; x < 4096; ++x) {
    INFO("x " << x);
    const auto i = static_cast<std::size_t>(x / 128);
    REQUIRE(geluH(x, Family::Pwl) == a.at(i) + nearest(b.at(i) * (x % 128) / 128.0));
  }
}

TEST_CASE("a softmax row's multiplier is cut off, not rounded") {
  std::mt19937 random(1);
  for (int i = 0; i < 100'000; ++i) {
    const uint32_t sum = 1 + (random() & 0xfffffff) % (1U << (1 + random() % 28));
    const uint16_t multiplier = static_cast<uint16_t>(0x8000 + random() % 0x8000);
    const double power = std::exp2(15 + std::floor(std::log2(sum)) + 1);  // L = bitlen(sum)
    const double reciprocal = std::floor(power / sum);
    INFO("sum " << sum << ", multiplier " << multiplier);
    REQUIRE(softmaxRow(sum, {multiplier, 15}).multiplier ==
            std::floor(reciprocal * multiplier / 32768));
  }
}
