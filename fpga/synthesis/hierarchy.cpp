#include "fpga/synthesis/hierarchy.hpp"

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace intformer::synthesis {

using nlohmann::json;

void Instances::add(const std::string& instance, std::string module) {
  if (module.starts_with(prefix_)) module.erase(0, prefix_.size());
  modules_[instance] = std::move(module);
}

std::string Instances::moduleOf(std::string_view cell) const {
  for (std::size_t end = cell.rfind('.'); end != std::string_view::npos && end > 0;
       end = cell.rfind('.', end - 1))
    if (const auto known = modules_.find(cell.substr(0, end)); known != modules_.end())
      return known->second;
  return {};
}

std::string Instances::unitOf(std::string_view cell) const {
  if (!cell.starts_with(root_)) return {};
  cell.remove_prefix(root_.size());
  const std::string_view first = cell.substr(0, cell.find('.'));
  if (first.size() == cell.size() || !modules_.contains(root_ + std::string(first))) return "top";
  return std::string(first.starts_with("u_") ? first.substr(2) : first);
}

std::string sourceName(std::string_view cell, std::string_view root) {
  if (cell.starts_with(root)) cell.remove_prefix(root.size());
  // Yosys appends kinds of cells and their pins, in capitals, which the source has nowhere.
  const auto isCapital = [](char c) { return c >= 'A' && c <= 'Z'; };
  for (std::size_t at = 1; at + 2 < cell.size(); ++at)
    if (cell[at] == '_' && isCapital(cell[at + 1]) &&
        (isCapital(cell[at + 2]) || (cell[at + 2] >= '0' && cell[at + 2] <= '9')))
      return std::string(cell.substr(0, at));
  return std::string(cell);
}

FlatNetlist readNetlist(FpgaTarget target, const std::string& text, const std::string& prefix,
                        const std::string& root) {
  const json design = json::parse(text, nullptr, /*allow_exceptions=*/false);
  FlatNetlist netlist{Instances(prefix, root), {}, {}, {}};
  const json* top = nullptr;
  if (!design.is_discarded() && design.contains("modules"))
    for (const json& module : design["modules"])
      if (const json& marks = module.at("attributes"); marks.contains("top")) top = &module;
  if (top == nullptr) throw std::runtime_error("not a netlist that Yosys wrote");
  for (const auto& [name, cell] : top->at("cells").items()) {
    if (cell.at("type") != "$scopeinfo") continue;
    const json& marks = cell.at("attributes");
    for (const char* key : {"module_hdlname", "module"})
      if (marks.contains(key)) {
        netlist.instances.add(name, marks[key]);
        break;
      }
  }
  for (const auto& [name, cell] : top->at("cells").items()) {
    const std::string unit = netlist.instances.unitOf(name);
    if (unit.empty()) continue;
    const Resources resources = cellResources(target, cell.at("type"));
    netlist.units[unit] += resources;
    netlist.modules[netlist.instances.moduleOf(name)] += resources;
    netlist.total += resources;
  }
  return netlist;
}

}  // namespace intformer::synthesis
