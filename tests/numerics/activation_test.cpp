#include <cmath>

#include "sw/numerics/activation.hpp"
#include "sw/numerics/fit.hpp"
#include "sw/reference/functions.hpp"
#include "tests/catch.hpp"

using namespace intformer;

namespace {

/// Largest distance of the integers from a float function over all 65,536 inputs.
template <typename Function>
double worstError(Family family, Function function) {
  double worst = 0;
  for (int x = -32768; x <= 32767; ++x) {
    const double y = gelu(static_cast<int16_t>(x), family) / 16384.0;
    worst = std::max(worst, std::abs(y - function(x / 1024.0)));
  }
  return worst;
}

}  // namespace

TEST_CASE("GELU equals values computed by hand") {
  const auto [family, vectors] = GENERATE(table<Family, std::vector<std::pair<int, int>>>(
      {{Family::Ibert,
        {{0, 0}, {1, 9}, {-1, -7}, {512, 5821}, {1024, 13715}, {-1024, -2669}, {2561, 40976},
         {2562, 40992}, {-32768, 0}, {32767, 524272}}},
       {Family::Pwl,
        {{0, 0}, {1, 9}, {-1, -7}, {512, 5656}, {1024, 13781}, {-1024, -2603}, {2561, 40724},
         {4095, 65518}, {4096, 65536}, {-32768, 0}, {32767, 524272}}}}));
  for (const auto& [x, y] : vectors) {
    INFO("x " << x);
    CHECK(gelu(static_cast<int16_t>(x), family) == y);
  }
}

TEST_CASE("pwl GELU is within 1.4e-3 of the exact GELU everywhere") {
  const double worst = worstError(Family::Pwl, reference::gelu);
  CAPTURE(worst);
  CHECK(worst <= 1.4e-3);
}

TEST_CASE("ibert GELU is within 2e-4 of the published polynomial, which is within 0.0182 of GELU") {
  const double published = worstError(Family::Ibert, reference::ibertGelu);
  const double exact = worstError(Family::Ibert, reference::gelu);
  CAPTURE(published, exact);
  CHECK(published <= 2e-4);
  CHECK(exact <= 0.0182);
  double polynomial = 0;
  for (int x = -32768; x <= 32767; ++x)
    polynomial = std::max(polynomial, std::abs(reference::ibertGelu(x / 1024.0) -
                                               reference::gelu(x / 1024.0)));
  CAPTURE(polynomial);
  CHECK(exact <= polynomial + 2e-4);
}

TEST_CASE("the tail h is even, not negative, at most 12 bits and ends at zero") {
  for (const Family family : {Family::Ibert, Family::Pwl}) {
    for (int magnitude = 0; magnitude <= 32768; ++magnitude) {
      const int32_t h = geluH(magnitude, family);
      INFO("magnitude " << magnitude);
      REQUIRE(h >= 0);
      REQUIRE(h < 4096);
    }
    CHECK(geluH(4096, family) == 0);
    CHECK(geluH(32768, family) == 0);
  }
}

TEST_CASE("the ibert polynomial's intermediates keep their documented widths") {
  int64_t widest = 0;
  for (int64_t magnitude = 0; magnitude <= 32768; ++magnitude) {
    const int64_t c = std::max<int64_t>(GeluIbert::kReach - magnitude, 0);
    REQUIRE(bitLength(static_cast<uint64_t>(c)) <= 12);
    REQUIRE(bitLength(static_cast<uint64_t>(c * c)) <= 23);
    REQUIRE(bitLength(static_cast<uint64_t>(magnitude * c * c)) <= 32);
    widest = std::max(widest, magnitude * c * c * GeluIbert::kFactor);
  }
  CHECK(bitLength(static_cast<uint64_t>(widest)) <= 43);
}

TEST_CASE("the fit finds the pwl GELU table again, but for the first slope") {
  const PiecewiseLinear fit = fitGelu();
  REQUIRE(fit.a.size() == GeluPwl::kSegments);
  CHECK(fit.a[0] == 0);
  CHECK(std::abs(fit.b[0] - GeluPwl::kB[0]) <= 11);
  for (std::size_t i = 1; i < GeluPwl::kSegments; ++i) {
    INFO("segment " << i);
    CHECK(std::abs(fit.a[i] - GeluPwl::kA[i]) <= 1);
    CHECK(std::abs(fit.b[i] - GeluPwl::kB[i]) <= 1);
  }
}

namespace {

struct TabledKind {
  ActivationKind kind;
  double bound;  ///< of the largest error, absolute
};
constexpr TabledKind kTabled[] = {{ActivationKind::GeluTanh, 1.55e-3},
                                  {ActivationKind::QuickGelu, 1.16e-3},
                                  {ActivationKind::Silu, 7.0e-4},
                                  {ActivationKind::Relu, 0},
                                  {ActivationKind::Tanh, 1.39e-3}};

}  // namespace

TEST_CASE("activations from tables are as near as the documentation says, for all x") {
  for (const auto& [kind, bound] : kTabled) {
    double worst = 0;
    for (int x = -32768; x <= 32767; ++x) {
      const double y = activation(static_cast<int16_t>(x), kind, Family::Ibert) / 16384.0;
      worst = std::max(worst, std::abs(y - reference::activation(kind, x / 1024.0)));
    }
    CAPTURE(std::string(activationName(kind)), worst);
    CHECK(worst <= bound);
    CHECK(worst >= bound * 0.98);  // the bound is what was measured
    CHECK(activation(0, kind, Family::Pwl) == 0);
  }
}

TEST_CASE("the fit finds the tables again, which the device holds") {
  for (const auto& [kind, bound] : kTabled) {
    const ActivationTable table = activationTable(kind), fit = fitActivation(kind);
    CHECK(table.a[0] == 0);
    for (std::size_t i = 0; i < ActivationTable::kSegments; ++i) {
      CAPTURE(std::string(activationName(kind)), i);
      CHECK(std::abs(fit.a[i] - table.a[i]) <= 1);
      CHECK(std::abs(fit.b[i] - table.b[i]) <= 1);
      CHECK(std::abs(table.a[i]) < 1 << 14);
      CHECK(std::abs(table.b[i]) < 1 << 12);
    }
  }
}

TEST_CASE("a table's segments are 128 wide up to 2048, then 512 up to 10240") {
  ActivationTable table;
  for (std::size_t i = 0; i < ActivationTable::kSegments; ++i)
    table.a[i] = static_cast<int16_t>(100 * i), table.b[i] = 100;
  const auto h = [&](uint32_t magnitude) { return tableH(magnitude, table, TableForm::Odd); };
  CHECK(h(0) == 0);
  CHECK(h(64) == 50);
  CHECK(h(128) == 100);
  CHECK(h(2047) == 1599);
  CHECK(h(2048) == 1600);
  CHECK(h(2048 + 256) == 1650);
  CHECK(h(10239) == 3200);
  CHECK(h(32768) == 3200);
  CHECK(tableH(10239, table, TableForm::Relu) == 3200);
  CHECK(tableH(10240, table, TableForm::Relu) == 0);
  CHECK(tableActivation(-32768, table, TableForm::Odd) == -3200);
  CHECK(tableActivation(-2048, table, TableForm::Relu) == -1600);
  CHECK(tableActivation(2048, table, TableForm::Relu) == 32768 - 1600);
}

TEST_CASE("a straight line is fitted exactly") {
  const auto fit = fitPiecewiseLinear([](double x) { return 5 + 3 * x; }, 3, 16, 5);
  CHECK(fit.a == std::vector<int>{5, 53, 101});
  CHECK(fit.b == std::vector<int>{48, 48, 48});
}

TEST_CASE("activation requantizes on both sides") {
  // x = 1024 (1.0), y = 13781 / 16384 = 0.841; one LSB of the result is 1/64, zero point -100
  const Scale output = scaleFromReal(64.0 / 16384, "t");
  CHECK(activate(2048, {32768, 16}, output, -100, Family::Pwl) == 54 - 100);
  CHECK(activate(INT32_MAX, {65535, 1}, output, 0, Family::Pwl) == 127);
  CHECK(activate(INT32_MIN, {65535, 1}, output, -100, Family::Ibert) == -100);
}
