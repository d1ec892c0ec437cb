#pragma once

#include <filesystem>
#include "fpga/synthesis/hierarchy.hpp"
#include "fpga/tools/tools.hpp"
#include "gen/plan.hpp"

namespace intformer::place {

/// Maps a device flat, without its `event_*` outputs, into `work`/netlist.json: cells of the device are named "leaf." and
/// then as in the source. For ECP5 with a harness of registers around it, which is not
/// counted. Throws std::runtime_error when a tool fails.
synthesis::FlatNetlist mapDevice(const fpga_tools::FpgaTools& tools, synthesis::FpgaTarget target,
                                 const Plan& plan, const std::filesystem::path& work);

}  // namespace intformer::place
