#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gen/plan.hpp"

namespace intformer::area {

/// SystemVerilog without comments and blank space: what synthesis can see of it.
std::string codeOf(std::string_view text);

/// Hash of the hardware that this program writes, comments apart: figures that were measured of
/// another one are of an older design. "0x0123456789abcdef"
std::string designHash();

/// What a config says of a device, by its keys: words as their number, without name, family of FPGA
/// and clock. Sizes that follow are not among them, so that a new one makes no other device of it.
std::vector<std::pair<std::string, uint64_t>> settingsOf(const Plan& plan);
/// Hash of these, as text.
std::string settingsHash(const Plan& plan);

}  // namespace intformer::area
