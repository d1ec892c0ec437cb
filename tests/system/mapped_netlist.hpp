#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "gen/emit/emit.hpp"
#include "gen/plan.hpp"

namespace intformer::system_test {

/// What `make netlist` says in the environment.
struct NetlistSettings {
  std::filesystem::path netlist;  ///< INTFORMER_NETLIST: written by `intformer_fpga place`
  std::filesystem::path cells;    ///< INTFORMER_CELLS: folder of Yosys's models of ECP5's cells
  std::string mutant;             ///< INTFORMER_NETLIST_MUTANT: a part of a LUT's name, or nothing
};

/// Throws std::runtime_error with variable, reason and way out where a file is not to be had.
NetlistSettings netlistSettings();

/// A netlist with the first LUT inverted that has `part` in its name; throws where none has.
std::string invertLut(std::string netlist, const std::string& part);

/// The mapped device under the top's name and ports, with models of its cells, for buildDevice.
std::vector<EmittedFile> netlistDesign(const Plan& plan, const NetlistSettings& settings);

}  // namespace intformer::system_test
