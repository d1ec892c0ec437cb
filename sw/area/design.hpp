#pragma once

#include <string>
#include <string_view>

namespace intformer::area {

/// SystemVerilog without comments and blank space: what synthesis can see of it.
std::string codeOf(std::string_view text);

/// Hash of the hardware that this program writes, comments apart: figures that were measured of
/// another one are of an older design. "0x0123456789abcdef"
std::string designHash();

}  // namespace intformer::area
