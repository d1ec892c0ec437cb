#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// The modules of a device as Yosys elaborates them: which there are, with which parameters.
namespace intformer::leaves {

struct Port {
  std::string name;
  bool input = false;
  uint32_t width = 0;
};

struct Module {
  std::string name;       ///< as in rtl/
  std::string yosysName;  ///< with parameters, as in the elaborated design
  std::map<std::string, std::string> parameters;  ///< numbers in decimal; long ones are left out
  std::vector<Port> ports;
  /// Of what it and all below it do: the same whatever their comments, line numbers and wires' names.
  uint64_t content = 0;
  uint64_t cells = 0;  ///< before mapping, submodules included

  [[nodiscard]] uint32_t portBits() const;
  /// "Dim=8 Lanes=4", or empty.
  [[nodiscard]] std::string parameterText() const;
};

/// Reads what Yosys's write_json wrote of an elaborated, unmapped design whose modules' names begin
/// with `prefix`. Of a module that has several sets of parameters, the one with most bits in its
/// ports stands for it. In order of name. Throws std::runtime_error when the text is no such file.
std::vector<Module> readElaborated(const std::string& json, const std::string& prefix);

}  // namespace intformer::leaves
