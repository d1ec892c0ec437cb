#pragma once

#include <string_view>

#include "fpga/place/timing.hpp"

namespace intformer::place {

/// Reads the delays that nextpnr writes (--sdf), the longest of each. Throws std::runtime_error when
/// the text is no such file.
TimingGraph readSdf(std::string_view text);

}  // namespace intformer::place
