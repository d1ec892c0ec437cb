#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "fpga/synthesis/hierarchy.hpp"
#include "fpga/place/timing.hpp"
#include "fpga/tools/tools.hpp"

/// A whole device, flat: mapped to ECP5, placed and routed.
namespace intformer::place {

struct Placement {
  uint32_t seed = 0;
  double mhz = 0;
  std::vector<TimingPath> paths;  ///< slowest first
};

/// Places and routes `work`/netlist.json; everything ends up in `work`/seed<N>.
Placement placeDevice(const fpga_tools::FpgaTools& tools, const std::filesystem::path& work, uint32_t seed,
                      const std::function<void()>& waiting = {});

/// The first `count` paths of which no two end in the same register of several bits.
std::vector<TimingPath> distinctPaths(const std::vector<TimingPath>& paths, std::size_t count);

/// Where cells and wires come from, by what Yosys and nextpnr keep of it.
class SourceLines {
 public:
  /// `placed`: what nextpnr writes with --write.
  explicit SourceLines(const std::string& placed, const std::string& prefix);

  /// "row_lookup.sv:121"; empty where nothing is known.
  [[nodiscard]] std::string of(const std::string& cell) const;

 private:
  std::map<std::string, std::string> lines_;
};

}  // namespace intformer::place
