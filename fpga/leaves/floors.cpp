#include "fpga/leaves/floors.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "gen/toml_file.hpp"

namespace intformer::leaves {

std::vector<Floor> readFloors(const std::filesystem::path& path) {
  const auto fault = [&path](std::string_view module, const std::string& what) {
    return std::runtime_error(fmt::format("{}: {}: {}", path.string(), module, what));
  };
  const TomlFile file = readToml(path.string(), {"table of floors", "rtl/floors.toml"});
  if (file.fault) throw std::runtime_error(file.fault->text());
  std::vector<Floor> floors;
  for (const auto& [name, node] : file.table) {
    const toml::table* row = node.as_table();
    if (row == nullptr) throw fault(name.str(), "is no table");
    for (const auto& [key, value] : *row)
      if (key != "mhz" && key != "because" && key != "config" && key != "quick")
        throw fault(name.str(), fmt::format("has no key {}", key.str()));
    Floor floor;
    floor.module = name.str();
    floor.mhz = (*row)["mhz"].value_or(0.0);
    floor.because = (*row)["because"].value_or("");
    floor.config = (*row)["config"].value_or(floor.config);
    floor.quick = (*row)["quick"].value_or(false);
    if (floor.mhz <= 0) throw fault(floor.module, "mhz must be a number above 0");
    if (floor.mhz < kFloorWithoutReason && floor.because.empty())
      throw fault(floor.module, fmt::format("a floor below {} MHz needs a reason: because = \"...\"",
                                            kFloorWithoutReason));
    floors.push_back(floor);
  }
  return floors;
}

}  // namespace intformer::leaves
