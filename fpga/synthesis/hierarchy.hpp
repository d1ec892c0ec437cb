#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "fpga/synthesis/synthesis.hpp"

/// What a flat netlist still tells of the hierarchy that it had: every cell's name begins with its
/// instance's, and Yosys leaves a cell for each instance.
namespace intformer::synthesis {

class Instances {
 public:
  /// `prefix` stands before all module names, `root` before all instances of the device.
  Instances(std::string prefix, std::string root) : prefix_(std::move(prefix)), root_(std::move(root)) {}

  void add(const std::string& instance, std::string module);

  /// The module that a cell lies in; empty for one of none.
  [[nodiscard]] std::string moduleOf(std::string_view cell) const;
  /// The instance below the device's top that a cell lies in, without its "u_": "vector"; "top" for
  /// one that lies in none; empty outside of the device.
  [[nodiscard]] std::string unitOf(std::string_view cell) const;

 private:
  std::string prefix_, root_;
  std::map<std::string, std::string, std::less<>> modules_;
};

/// The name in the source of what a mapped cell is a part of: "u_load.left_q" of
/// "leaf.u_load.left_q_TRELLIS_FF_Q_3_DI_LUT4_Z", where `root` is "leaf.".
std::string sourceName(std::string_view cell, std::string_view root = "leaf.");

/// A flat mapped netlist, as Yosys's write_json has it.
struct FlatNetlist {
  Instances instances;
  std::map<std::string, Resources> units;  ///< outside of the device nothing is counted
  std::map<std::string, Resources>
      modules;  ///< of each its own cells, without those below
  Resources total;
};

/// Throws std::runtime_error when the text is no netlist of one module.
FlatNetlist readNetlist(FpgaTarget target, const std::string& json,
                        const std::string& prefix, const std::string& root);

}  // namespace intformer::synthesis
