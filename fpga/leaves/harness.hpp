#pragma once

#include <string>
#include <vector>

#include "fpga/leaves/elaborated.hpp"

namespace intformer::leaves {

/// A module around the mapped cells of `leaf`, of ECP5's flip-flops alone: every bit of an input
/// comes from a shift register, every bit of an output ends in a flip-flop. So a placer sees whole
/// paths from register to register, and of the leaf nothing is taken away or shared.
std::string leafHarness(const std::vector<Port>& ports);

/// The port that a flip-flop of the harness feeds or catches; empty for another cell.
std::string portOfHarness(const std::vector<Port>& ports, const std::string& cell);

}  // namespace intformer::leaves
