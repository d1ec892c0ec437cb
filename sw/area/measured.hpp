#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "fpga/synthesis/synthesis.hpp"
#include "gen/plan.hpp"

namespace intformer::area {

/// A device to be mapped: a line "ecp5 tiny4 vector.lanes=4" of sw/area/points.txt.
struct Point {
  synthesis::FpgaTarget target = synthesis::FpgaTarget::Ecp5;
  std::string config;  ///< of configs/, without folder and ending
  std::vector<std::string> overrides;

  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string configPath() const { return "configs/" + config + ".toml"; }
  /// Its device, built for the target. Throws std::runtime_error with the reason where it is
  /// refused.
  [[nodiscard]] Plan plan() const;
};

/// Lines, comments (#) and empty ones apart. Throws std::runtime_error with the line.
std::vector<Point> readPoints(const std::string& text);

/// What Yosys made of one.
struct Measured {
  Point point;
  std::string configHash;                             ///< settingsHash()
  std::string design;                                 ///< designHash() when it was mapped
  std::string tools;                                  ///< and their versions
  std::map<std::string, synthesis::Resources> units;  ///< as mapped

  /// Of one of kUnits, or of the device where `unit` is empty.
  [[nodiscard]] synthesis::Resources of(std::string_view unit = {}) const;
};

/// sw/area/measured.json: a line per device. Throws std::runtime_error.
std::vector<Measured> readMeasured(const std::string& json);
std::string measuredText(const std::vector<Measured>& all);

}  // namespace intformer::area
