#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "fpga/leaves/elaborated.hpp"
#include "fpga/synthesis/synthesis.hpp"
#include "fpga/tools/tools.hpp"
#include "gen/plan.hpp"

/// Modules of a device alone: mapped to ECP5, placed and routed between registers.
namespace intformer::leaves {

struct LeafResult {
  synthesis::Resources resources;  ///< of the module, without what feeds it
  double mhz = 0;       ///< after routing; of three seeds the median, unless it is fast
  std::string from, to;  ///< cells at the ends of its slowest path
  uint32_t levels = 0;   ///< LUTs and multipliers on it; a carry chain counts once
};

/// The modules of a device; leaves elaborated.il in `work` for measureLeaf().
/// Throws std::runtime_error when Yosys fails.
std::vector<Module> elaborate(const fpga_tools::FpgaTools& tools, const Plan& plan,
                              const std::filesystem::path& work);

/// Maps, places and routes one of these modules in `work`/<module>. What `cache` holds of the same
/// content is read from there instead.
LeafResult measureLeaf(const fpga_tools::FpgaTools& tools, const Module& module,
                       const std::filesystem::path& work, const std::filesystem::path& cache);

/// Reads nextpnr's report. Throws std::runtime_error when the text is no report with a clock.
LeafResult readLeafReport(const std::string& json);

}  // namespace intformer::leaves
