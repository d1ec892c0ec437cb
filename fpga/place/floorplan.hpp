#pragma once

#include <map>
#include <string>

#include "fpga/synthesis/hierarchy.hpp"

namespace intformer::place {

/// A picture (SVG) of where nextpnr has placed the cells, every unit in a colour of its own; what it
/// wrote (--write) is `placed`. Throws std::runtime_error when that is no placed netlist.
std::string floorplan(const std::string& placed, const synthesis::Instances& instances,
                      const std::string& title);

}  // namespace intformer::place
