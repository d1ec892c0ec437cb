#include "fpga/synthesis/synthesis.hpp"

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "tests/catch.hpp"

using namespace intformer;
using namespace intformer::synthesis;

namespace {

/// As Yosys 0.23 writes it, a stray line of its design tree included: a top with two instances of
/// a unit that holds one multiplier and a memory, parameters in the name.
const char* const kReport = R"({
  "modules": {
    "\\soc_top": {"num_cells_by_type": {"$paramod$12ab\\soc_unit": 2, "LUT4": 3, "CCU2C": 1}},
    "$paramod$12ab\\soc_unit": {"num_cells_by_type": {"MULT18X18D": 1, "leaf": 1}},
    "\\leaf": {"num_cells_by_type": {"DP16KD": 4, "TRELLIS_FF": 7, "L6MUX21": 9}}
  },
       $paramod\leaf\Width=32'0101      1
      "design": {}
})";

const UnitResources& unit(const SynthesisResult& result, const std::string& name) {
  for (const auto& each : result.units)
    if (each.unit == name) return each;
  FAIL("no unit " + name);
  throw std::logic_error("unreachable");
}

}  // namespace

TEST_CASE("statistics count submodules as often as they are instantiated") {
  const SynthesisResult result = readStatistics(FpgaTarget::Ecp5, kReport, "soc_top");
  CHECK(result.top.resources.dsps == 2);
  CHECK(result.top.resources.blockRams == 8);
  CHECK(result.top.resources.flipFlops == 14);
  CHECK(result.top.resources.luts == 5);
  REQUIRE(result.units.size() == 1);
  CHECK(unit(result, "soc_unit").resources.dsps == 2);
  CHECK(result.modules.at("leaf").blockRams == 4);
}

TEST_CASE("a report that is not one is refused") {
  CHECK_THROWS_WITH(readStatistics(FpgaTarget::Ecp5, "{", "soc_top"),
                    containsText("not a statistics report"));
  CHECK_THROWS_WITH(readStatistics(FpgaTarget::Ecp5, kReport, "other_top"),
                    containsText("no module other_top"));
}

TEST_CASE("a RAMB36 counts as two RAMB18") {
  CHECK(cellResources(FpgaTarget::UltraScalePlus, "RAMB36E2").blockRams == 2);
  CHECK(cellResources(FpgaTarget::UltraScalePlus, "LUT6").luts == 1);
  CHECK(cellResources(FpgaTarget::UltraScalePlus, "LUTFOO").luts == 0);
}
