#include "fpga/program/unit_table.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

namespace intformer::fpga {
namespace {

void printRow(const std::string& name, const synthesis::Resources& r) {
  fmt::print("{:<16} {:>7} {:>8} {:>7} {:>5} {:>7}\n", name, r.luts, r.lutRams, r.flipFlops, r.dsps,
             r.blockRams);
}

}  // namespace

nlohmann::ordered_json toJson(const synthesis::Resources& r) {
  return {{"lut4", r.luts}, {"lut_ram", r.lutRams}, {"ff", r.flipFlops}, {"dsp", r.dsps},
          {"dp16kd", r.blockRams}};
}

nlohmann::ordered_json printUnits(const synthesis::FlatNetlist& netlist) {
  nlohmann::ordered_json units;
  fmt::print("{:<16} {:>7} {:>8} {:>7} {:>5} {:>7}\n", "unit", "LUT4", "LUT RAM", "FF", "DSP",
             "DP16KD");
  for (const auto& [unit, resources] : netlist.units) {
    printRow(unit, resources);
    units[unit] = toJson(resources);
  }
  printRow("total", netlist.total);
  std::fflush(stdout);
  return units;
}

}  // namespace intformer::fpga
