#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>

#include "gen/plan.hpp"
#include "sw/report/lanes.hpp"

namespace intformer::cli {

/// A model's run beside which a device's size is shown.
struct SizedRun {
  uint64_t cycles = 0;
  uint32_t tokens = 0;
};

/// What a device takes of the FPGAs that it may be built for, with the model's errors, and what a
/// run gets out of it; `run` null: without a model.
void printArea(const Plan& plan, const SizedRun* run);
nlohmann::ordered_json areaJson(const Plan& plan);

/// The table of lanes, cycles and LUTs of the vector unit.
void printLanes(std::span<const report::LanesRow> rows);
nlohmann::ordered_json lanesJson(std::span<const report::LanesRow> rows);

}  // namespace intformer::cli
