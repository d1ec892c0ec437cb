// The parts below the committed table.

#include "sw/area/fit.hpp"

#include "gen/config.hpp"
#include "sw/area/blocks.hpp"
#include "sw/area/design.hpp"
#include "sw/area/estimate.hpp"
#include "sw/area/terms.hpp"
#include "sw/numerics/median.hpp"
#include "tests/catch.hpp"

using namespace intformer;
using namespace intformer::area;
using synthesis::FpgaTarget;

TEST_CASE("least squares without negative coefficients") {
  // 2 a + 3 b, exactly.
  const auto exact = nonNegativeLeastSquares({{1, 0}, {0, 1}, {1, 1}}, {2, 3, 5});
  CHECK(exact[0] == Approx(2));
  CHECK(exact[1] == Approx(3));
  // Without the bound b would be -1.
  const auto bound = nonNegativeLeastSquares({{1, 0}, {0, 1}}, {2, -1});
  CHECK(bound[0] == Approx(2));
  CHECK(bound[1] == 0);
  // The first column is taken first and has to leave again.
  const auto leaves = nonNegativeLeastSquares({{1, 1, 0}, {1, 0, 1}}, {3, 3});
  CHECK(leaves[0] + leaves[1] == Approx(3));
  CHECK(leaves[0] + leaves[2] == Approx(3));
  CHECK(nonNegativeLeastSquares({{0}, {0}}, {1, 1})[0] == 0);
}

TEST_CASE("blocks of a memory") {
  CHECK(ramBlocks(FpgaTarget::Ecp5, 32, 4096) == 8);
  CHECK(ramBlocks(FpgaTarget::Ecp5, 128, 256) == 4);
  CHECK(ramBlocks(FpgaTarget::Ecp5, 64, 4096) == 16);
  CHECK(ramBlocks(FpgaTarget::Ecp5, 8, 16) == 0);  // LUTs are cheaper
  CHECK(ramBlocks(FpgaTarget::UltraScalePlus, 29, 256) == 1);
}

TEST_CASE("DSPs of the array") {
  Plan plan = *loadConfig("configs/edge8.toml").plan;
  CHECK(arrayDsps(builtFor(FpgaTarget::Ecp5, plan)) == 64);
  CHECK(arrayDsps(builtFor(FpgaTarget::UltraScalePlus, plan)) == 32);
  plan.dspMultipliers = 8;  // one in every row
  CHECK(arrayDsps(builtFor(FpgaTarget::UltraScalePlus, plan)) == 8);
  plan.dspMultipliers = 0;
  CHECK(arrayDsps(plan) == 0);
}

TEST_CASE("every unit has terms, each named once") {
  const Plan plan = *loadConfig("configs/tiny4.toml").plan;
  for (const std::string_view unit : kUnits) {
    const auto terms = termsOf(unit, plan);
    CHECK(terms.size() >= 3);
    for (std::size_t i = 0; i < terms.size(); ++i)
      for (std::size_t j = 0; j < i; ++j) CHECK(terms[i].name != terms[j].name);
  }
  CHECK_THROWS_AS(termsOf("none", plan), std::invalid_argument);
}

TEST_CASE("a plan without a family may be built for both") {
  Plan plan = *loadConfig("configs/tiny4.toml").plan;
  CHECK(targetsOf(plan).size() == 2);
  plan.fabric = Fabric::Ultrascale;
  CHECK(targetsOf(plan) == std::vector{FpgaTarget::UltraScalePlus});
}

TEST_CASE("comments and blanks are no hardware") {
  CHECK(codeOf("a <= b;  // c\n/* d\n */ e\n") == "a<=b;e");
  CHECK(codeOf("a // to the end") == "a");
  CHECK(designHash() == designHash());
}

TEST_CASE("lines of the list") {
  const auto points =
      readPoints("# comment\n\necp5 tiny4 vector.lanes=4 bus.data_bits=64\nxcup edge8\n");
  REQUIRE(points.size() == 2);
  CHECK(points[0].text() == "ecp5 tiny4 vector.lanes=4 bus.data_bits=64");
  CHECK(points[0].plan().lanes == 4);
  CHECK(points[1].plan().productsPerDsp() == 2);
  CHECK_THROWS_AS(readPoints("ice40 tiny4"), std::runtime_error);
  CHECK_THROWS_AS(readPoints("ecp5"), std::runtime_error);
  CHECK_THROWS_AS(readPoints("ecp5 tiny4 vector.lanes=3")[0].plan(), std::runtime_error);
}

TEST_CASE("the median error of two devices is the mean of both") {
  std::vector<Measured> devices;
  for (const auto& [point, luts] : {std::pair("ecp5 tiny4", 1000), std::pair("ecp5 edge8", 5000)}) {
    devices.push_back({readPoints(point)[0], "0x1", "0x2", "tool 1", {}});
    const auto count = static_cast<uint64_t>(luts);
    devices.back().units["load"] = {.luts = count, .lutRams = 1, .flipFlops = 1};
  }
  const Error error = fitTable(devices).families.at("ecp5").errors.at("lut");
  CHECK(error.median < error.worst);  // they differ
  CHECK(median({4, 1, 3, 2}) == 2.5);
  CHECK(median({5, 1, 3}) == 3);
}

TEST_CASE("measured devices come back as they were written") {
  Measured device{readPoints("ecp5 tiny4")[0], "0x1", "0x2", "tool 1", {}};
  device.units["load"] = {.luts = 1, .lutRams = 2, .flipFlops = 3, .dsps = 4, .blockRams = 5};
  device.units["causes"] = {.luts = 10};
  const auto again = readMeasured(measuredText({device}));
  REQUIRE(again.size() == 1);
  CHECK(measuredText(again) == measuredText({device}));
  CHECK(again[0].of("load").flipFlops == 3);
  CHECK(again[0].of("rest").luts == 10);  // what is not fitted by itself
  CHECK(again[0].of().luts == 11);
  CHECK_THROWS_AS(readMeasured("{}"), std::runtime_error);
  CHECK_THROWS_AS(readTable("{}"), std::runtime_error);
}
