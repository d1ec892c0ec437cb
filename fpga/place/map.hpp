#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "fpga/synthesis/hierarchy.hpp"
#include "fpga/tools/tools.hpp"

namespace intformer::place {

/// Maps a config's device flat, built for the target's family where `overrides` name no other, and
/// without its `event_*` outputs, into `work`/netlist.json: cells of the device are named "leaf." and
/// then as in the source. For ECP5 with a harness of registers around it, which is not counted. Throws std::runtime_error when the config is refused or a tool fails.
synthesis::FlatNetlist mapDevice(const fpga_tools::FpgaTools& tools, synthesis::FpgaTarget target,
                                 const std::string& config,
                                 const std::vector<std::string>& overrides,
                                 const std::filesystem::path& work);

}  // namespace intformer::place
