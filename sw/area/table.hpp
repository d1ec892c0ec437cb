#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace intformer::area {

/// Relative error of devices that are predicted from all others.
struct Error {
  double median = 0, worst = 0;
};

/// So many devices tell the terms of a unit apart; a fit to fewer is rough.
inline constexpr uint32_t kEnoughDevices = 8;

/// The fit of one family of devices.
struct FamilyFit {
  uint32_t devices = 0;                 ///< that were measured
  std::map<std::string, Error> errors;  ///< of the device's "lut", "lut_ram", "ff"
  /// Least and most of every setting (settingsOf) among them.
  std::map<std::string, std::pair<uint64_t, uint64_t>> ranges;
  /// By unit, figure and term; those that are missing are 0.
  std::map<std::string, std::map<std::string, std::map<std::string, double>>> coefficients;
};

/// sw/area/coefficients.json.
struct Table {
  std::string design;  ///< designHash() of the hardware that was measured
  std::string tools;
  std::map<std::string, FamilyFit> families;  ///< "ecp5", "xcup"
};

/// Throws std::runtime_error.
Table readTable(std::string_view json);
std::string tableText(const Table& table);

/// The committed table's text, as the build has embedded it.
std::string_view embeddedTable();

}  // namespace intformer::area
