#pragma once

#include <map>
#include <span>
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
  uint32_t line = 0;  ///< of the list that it was read from

  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string configPath() const { return "configs/" + config + ".toml"; }
  /// Its device, built for the target. Throws std::runtime_error with the reason where it is
  /// refused.
  [[nodiscard]] Plan plan() const;
};

/// Lines, comments (#) and empty ones apart. Throws std::runtime_error with `file` and the line.
std::vector<Point> readPoints(const std::string& text, const std::string& file = "points");

/// Throws std::runtime_error with every fault, by its line of `file`: where there is no point, one
/// whose device is refused, or two whose devices are the same and would count twice.
void checkPoints(std::span<const Point> points, const std::string& file);

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
