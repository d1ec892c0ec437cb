#pragma once

#include <nlohmann/json_fwd.hpp>

#include "fpga/synthesis/hierarchy.hpp"

namespace intformer::fpga {

nlohmann::ordered_json toJson(const synthesis::Resources& resources);

/// Prints a row of cells for each unit, and one of all; returns those of the units for a report.
nlohmann::ordered_json printUnits(const synthesis::FlatNetlist& netlist);

}  // namespace intformer::fpga
