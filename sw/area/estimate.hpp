#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fpga/synthesis/synthesis.hpp"
#include "gen/plan.hpp"
#include "sw/area/table.hpp"

/// What a device takes of an FPGA, without mapping it: DSPs and RAM blocks counted, LUTs and
/// flip-flops by a fit over devices that were mapped (make area-model).
namespace intformer::area {

struct UnitArea {
  std::string unit;
  double luts = 0, lutRams = 0, flipFlops = 0;
};

struct Area {
  synthesis::FpgaTarget target = synthesis::FpgaTarget::Ecp5;
  double luts = 0, lutRams = 0, flipFlops = 0;
  uint64_t dsps = 0, blockRams = 0;
  std::vector<UnitArea> units;
  FamilyFit fit;  ///< whose errors these figures have
  /// Sizes beyond those that were measured, which the errors do not cover: "array.dim 64 (4 to
  /// 16)".
  std::vector<std::string> beyond;

  [[nodiscard]] const UnitArea& unit(std::string_view name) const;
};

/// Of the plan, built for `target` whatever family it names. Throws std::runtime_error when the
/// table has no fit of that family.
Area estimateArea(synthesis::FpgaTarget target, const Plan& plan, const Table& table);
/// By the table that the program carries.
Area estimateArea(synthesis::FpgaTarget target, const Plan& plan);

/// The families that a plan may be built for: its own, or all where it names none.
std::vector<synthesis::FpgaTarget> targetsOf(const Plan& plan);

/// Why the table is not of the hardware that this program writes; empty where it is.
std::string whyOutdated(const Table& table);

}  // namespace intformer::area
