#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace intformer::leaves {

/// A line of rtl/floors.toml: how fast a module must be alone.
struct Floor {
  std::string module;
  double mhz = 0;
  std::string because;             ///< why less than 80 MHz is enough
  std::string config = "edge8";    ///< the device whose parameters it is measured with
  bool quick = false;              ///< among the few that the tests measure
};

/// Floors below this need a reason.
constexpr double kFloorWithoutReason = 80;

/// Throws std::runtime_error with the first fault.
std::vector<Floor> readFloors(const std::filesystem::path& path);

}  // namespace intformer::leaves
