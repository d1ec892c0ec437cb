#include <cmath>

#include "sw/numerics/fit.hpp"
#include "sw/numerics/softmax.hpp"
#include "sw/reference/functions.hpp"
#include "tests/catch.hpp"

using namespace intformer;

TEST_CASE("exp16 equals values computed by hand") {
  struct Vector {
    uint32_t d;
    int pwl, ibert;
  };
  for (const auto& [d, pwl, ibert] :
       {Vector{0, 65280, 65280}, {1, 65106, 65109}, {15, 62673, 62750}, {16, 62506, 62584},
        {255, 32725, 32773}, {256, 32640, 32640}, {257, 32553, 32554}, {1000, 4354, 4348},
        {4095, 0, 1}, {4096, 0, 0}, {65535, 0, 0}}) {
    INFO("d " << d);
    CHECK(exp16(d, Family::Pwl) == pwl);
    CHECK(exp16(d, Family::Ibert) == ibert);
  }
}

TEST_CASE("exp16 keeps its error bound for all 65,536 distances") {
  const auto [family, bound] =
      GENERATE(table<Family, double>({{Family::Ibert, 2.1e-3}, {Family::Pwl, 1.4e-4}}));
  double worst = 0;
  for (uint32_t d = 0; d < 65536; ++d) {
    const double exact = std::exp2(-static_cast<double>(d) / 256);
    worst = std::max(worst, std::abs(exp16(d, family) / 65280.0 - exact));
  }
  CAPTURE(worst);
  CHECK(worst <= bound);
}

TEST_CASE("the ibert exponential follows the published polynomial and is not worse") {
  double published = 0, own = 0, polynomial = 0;
  for (uint32_t g = 0; g < 256; ++g) {
    const double p = -static_cast<double>(g) * std::log(2.0) / 256;
    const double value = expFraction(g, Family::Ibert) / 65280.0;
    published = std::max(published, std::abs(value - reference::ibertExp(p)));
    own = std::max(own, std::abs(value - std::exp(p)));
    polynomial = std::max(polynomial, std::abs(reference::ibertExp(p) - std::exp(p)));
  }
  CAPTURE(published, own, polynomial);
  CHECK(published <= 7e-4);
  CHECK(own <= polynomial);
}

TEST_CASE("exp16 never grows with the distance, starts at one and fits 16 bits") {
  for (const Family family : {Family::Ibert, Family::Pwl}) {
    CHECK(exp16(0, family) == kExpOne);
    for (uint32_t d = 1; d < 65536; ++d) {
      INFO("d " << d);
      REQUIRE(exp16(d, family) <= exp16(d - 1, family));
      REQUIRE(exp16(d, family) >= 0);
    }
  }
}

TEST_CASE("the fit finds the pwl exponential table again") {
  const PiecewiseLinear fit = fitExp();
  for (std::size_t i = 0; i < ExpPwl::kSegments; ++i) {
    INFO("segment " << i);
    CHECK(std::abs(fit.a[i] - ExpPwl::kA[i]) <= 1);
    CHECK(std::abs(-fit.b[i] - ExpPwl::kB[i]) <= 1);
  }
}

TEST_CASE("exp8 rounds all values to nearest or by all 256 dithers, within one of the real value") {
  for (int32_t e16 = 0; e16 <= kExpOne; ++e16) {
    REQUIRE(exp8(e16, 0, 0, false) == static_cast<int>(std::floor(e16 / 256.0 + 0.5)));
    int sum = 0;
    for (uint32_t j = 0; j < 256; ++j) {
      const int e = exp8(e16, 7, j, true);
      REQUIRE((e == e16 / 256 || e == e16 / 256 + 1));
      sum += e;
    }
    REQUIRE(sum == e16);  // dithering is exact on average over 256 neighbouring columns
  }
  for (uint32_t j = 0; j < 256; ++j) REQUIRE(exp8(kExpOne, 0, j, true) == 255);
  CHECK(exp8(64, 3, 5, true) == exp8(64, 8, 0, true));  // positions enter by their sum
}

TEST_CASE("the softmax row scalars equal values computed by hand") {
  CHECK(softmaxRow(255, {40000, 15}) == SoftmaxRow{40156, 23});
  CHECK(softmaxRow(1, {65535, 47}) == SoftmaxRow{131070, 48});
  CHECK(softmaxRow(32640, kIdentityScale) == SoftmaxRow{32896, 30});
  CHECK(softmaxRow(4177920, {50000, 12}) == SoftmaxRow{50195, 34});
  CHECK(softmaxRow((1U << 28) - 1, {65535, 47}).shift == 63);
}

TEST_CASE("a row without valid columns gives zero") {
  const SoftmaxRow row = softmaxRow(0, {65535, 1});
  CHECK(row == SoftmaxRow{0, 63});
  CHECK(rowNormalize(0, row) == 0);
}

TEST_CASE("the divide is the floor for all sums 1..2^20 and the multiplier has 17 bits") {
  const Scale one{32768, 15};
  for (uint32_t sum = 1; sum <= 1U << 20; ++sum) {
    const SoftmaxRow row = softmaxRow(sum, one);  // M_o = 2^15: Mr = R
    const uint64_t power = uint64_t{1} << row.shift;  // 2^(15 + L)
    REQUIRE(row.multiplier * uint64_t{sum} <= power);
    REQUIRE((row.multiplier + uint64_t{1}) * sum > power);
    REQUIRE(row.multiplier <= 65536);
    REQUIRE(softmaxRow(sum, {65535, 15}).multiplier < 1U << 17);
  }
}

TEST_CASE("a constant value column comes back unchanged whatever the weights") {
  for (uint32_t sum = 1; sum <= 1U << 20; sum += 7)
    for (const int value : {-128, -1, 5, 127}) {
      const int64_t acc = int64_t{sum} * value;
      REQUIRE(int{rowNormalize(acc, softmaxRow(sum, kIdentityScale))} == value);
    }
}

TEST_CASE("limiting the total shift to 63 changes no result") {
  const int64_t widest = INT32_MIN * int64_t{131070};
  for (unsigned shift = 50; shift < 64; ++shift) CHECK(rshr(widest, shift) == 0);
}
