#include <filesystem>

#include "fpga/synthesis/synthesis.hpp"
#include "gen/config.hpp"
#include "gen/emit/emit.hpp"
#include "gen/output.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

using namespace intformer;
using namespace intformer::synthesis;
namespace fs = std::filesystem;

namespace {

/// tiny4's sources, generated.
struct Design {
  Plan plan;
  std::vector<std::string> sources;
  test::TemporaryFolder temporary;
  fs::path folder = temporary.path();

  Design() {
    const ConfigResult config = loadConfig("configs/tiny4.toml");
    REQUIRE(config.plan);
    plan = *config.plan;
    const auto files = emitAll(plan);
    REQUIRE(writeDesign(folder / "rtl", plan.name, files).error.empty());
    for (const auto& file : files)
      if (file.path.ends_with(".sv")) sources.push_back((folder / "rtl" / file.path).string());
  }

  Resources map(FpgaTarget target, const std::string& unit) {
    const std::string top = plan.name + "_" + unit;
    return synthesize(target, sources, top, (folder / unit / targetName(target)).string())
        .top.resources;
  }
};

}  // namespace

TEST_CASE("tiny4's multipliers land in DSPs and its memories in block RAM") {
  Design design;
  const uint64_t multipliers = uint64_t{design.plan.dim} * design.plan.dim;
  const uint64_t scratchBits = uint64_t{design.plan.scratchWords} * design.plan.wordBits();
  const uint64_t accBits = uint64_t{design.plan.accRows} * design.plan.dim * 32;

  for (const FpgaTarget target : {FpgaTarget::Ecp5, FpgaTarget::UltraScalePlus}) {
    CAPTURE(targetName(target));
    const uint64_t blockBits = 16384;  // both: 16 Kbit of data in a DP16KD or a RAMB18
    CHECK(design.map(target, "systolic_array").dsps == multipliers);

    const Resources scratchpad = design.map(target, "scratchpad");
    CHECK(scratchpad.blockRams >= scratchBits / blockBits);
    CHECK(scratchpad.lutRams == 0);

    const Resources accumulator = design.map(target, "accumulator");
    CHECK(accumulator.blockRams >= accBits / blockBits);
    CHECK(accumulator.lutRams == 0);
  }
}
