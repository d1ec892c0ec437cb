#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// How deep the logic of a mapped netlist is: a proxy for speed where no placer is at hand.
namespace intformer::synthesis {

/// From the output of a register, multiplier or RAM to the input of one.
struct LogicPath {
  uint32_t levels = 0;  ///< LUTs, and reads of LUTs as RAM
  uint32_t carryBits = 0;  ///< that it runs along carry chains
  std::string from, to;  ///< cells
  std::vector<std::string> through;  ///< cells on the way

  /// Which of two is the longer: a LUT counts as much as this many bits of carry.
  static constexpr uint32_t kCarryBitsOfLevel = 32;
  [[nodiscard]] uint32_t length() const { return levels * kCarryBitsOfLevel + carryBits; }
};

/// The longest path to every cell at which paths end, longest first, of a flat netlist of UltraScale+
/// that Yosys wrote (write_json). Paths that begin at the design's own inputs are none. Throws
/// std::runtime_error when the text is no netlist, or logic runs in a circle.
std::vector<LogicPath> longestPaths(const std::string& json);

}  // namespace intformer::synthesis
