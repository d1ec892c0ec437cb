// The committed table against the devices that it was fitted to.

#include <algorithm>
#include <cmath>

#include "sw/area/blocks.hpp"
#include "sw/area/design.hpp"
#include "sw/area/estimate.hpp"
#include "sw/area/fit.hpp"
#include "sw/area/terms.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

using namespace intformer;
using namespace intformer::area;
using synthesis::FpgaTarget;

namespace {

std::vector<Measured> committed() {
  return readMeasured(test::readText("sw/area/measured.json"));
}
Table table() {
  return readTable(embeddedTable());
}

}  // namespace

TEST_CASE("DSPs and RAM blocks are exact on every mapped device") {
  for (const Measured& device : committed()) {
    INFO(device.point.text());
    const Plan plan = device.point.plan();
    CHECK(arrayDsps(plan) == device.of("matmul").dsps);
    CHECK(vectorDsps(device.point.target, plan) == device.of("vector").dsps);
    CHECK(deviceBlocks(device.point.target, plan) == device.of().blockRams);
    CHECK(arrayDsps(plan) + vectorDsps(device.point.target, plan) == device.of().dsps);
  }
}

TEST_CASE("LUTs and flip-flops are as near to every mapped device as the table says") {
  for (const Measured& device : committed()) {
    INFO(device.point.text());
    const Area area = estimateArea(device.point.target, device.point.plan());
    const auto within = [&](double value, uint64_t mapped, const char* figure) {
      INFO(figure << ": " << value << ", mapped " << mapped);
      const double error =
          std::abs(value - static_cast<double>(mapped)) / static_cast<double>(mapped);
      CHECK(error <= area.fit.errors.at(figure).worst + 0.005);
    };
    within(area.luts, device.of().luts, "lut");
    within(area.lutRams, device.of().lutRams, "lut_ram");
    within(area.flipFlops, device.of().flipFlops, "ff");
    CHECK(area.beyond.empty());
  }
}

TEST_CASE("the error that the table says is one that helps") {
  for (const auto& [name, fit] : table().families) {
    if (fit.devices < kEnoughDevices) continue;  // which the program says
    INFO(name);
    CHECK(fit.errors.at("lut").median < 0.08);
    CHECK(fit.errors.at("ff").median < 0.08);
  }
}

TEST_CASE("the table is the fit to the committed devices") {
  const Table again = fitTable(committed());
  CHECK(again.design == table().design);
  CHECK(again.families.size() == table().families.size());
  for (const auto& [name, fit] : table().families) {
    INFO(name);
    const FamilyFit& other = again.families.at(name);
    CHECK(fit.devices == other.devices);
    CHECK(fit.ranges == other.ranges);
    for (const auto& [figure, error] : fit.errors) {
      CHECK(error.worst == Approx(other.errors.at(figure).worst).margin(0.001));
      CHECK(error.median == Approx(other.errors.at(figure).median).margin(0.001));
    }
    for (const auto& [unit, figures] : fit.coefficients)
      for (const auto& [figure, terms] : figures)
        for (const auto& [term, factor] : terms) {
          INFO(unit << " " << figure << " " << term);
          CHECK(
              factor ==
              Approx(other.coefficients.at(unit).at(figure).at(term)).epsilon(0.001).margin(0.01));
        }
  }
}

TEST_CASE("measured are the configs as they are, all by the same tools, of the same design") {
  for (const Measured& device : committed()) {
    INFO(device.point.text() << ": another device than the one that was mapped; make area-model");
    CHECK(device.configHash == settingsHash(device.point.plan()));
    CHECK(device.design == table().design);
    CHECK(device.tools == table().tools);
  }
}

TEST_CASE("a size beyond what was measured is said") {
  Plan plan = committed().at(0).point.plan();
  plan.queueDepth = 255;
  const Area area = estimateArea(FpgaTarget::Ecp5, plan);
  REQUIRE(area.beyond.size() == 1);
  CHECK_THAT(area.beyond[0], containsText("commands.queue_depth 255 ("));
}

TEST_CASE("a table of another design says so") {
  Table old = table();
  old.design = "0x0000000000000001";
  CHECK_THAT(whyOutdated(old), containsText("older design (0x0000000000000001)"));
  CHECK_THAT(whyOutdated(old), containsText("make area-model"));
}

TEST_CASE("a family without a fit is refused") {
  Table none = table();
  none.families.erase("xcup");
  CHECK_THROWS_AS(estimateArea(FpgaTarget::UltraScalePlus, committed().at(0).point.plan(), none),
                  std::runtime_error);
}
