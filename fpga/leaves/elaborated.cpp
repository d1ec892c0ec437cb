#include "fpga/leaves/elaborated.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "sw/files/hash.hpp"

namespace intformer::leaves {

using files::fnv1a;

namespace {

/// Keeps Yosys's order, in which numbers of bits are given; an order by name would change with the
/// line numbers that names of cells hold.
using nlohmann::ordered_json;

/// Binary digits as a decimal number; nothing for what is no number, or a long one.
std::string decimal(const ordered_json& value) {
  if (!value.is_string()) return value.dump();
  const auto& digits = value.get_ref<const std::string&>();
  if (digits.size() > 64 || digits.find_first_not_of("01") != std::string::npos) return {};
  uint64_t number = 0;
  for (const char c : digits) number = number * 2 + (c == '1' ? 1 : 0);
  return std::to_string(number);
}

class Contents {
 public:
  explicit Contents(const ordered_json& modules) : modules_(modules) {}

  struct Content {
    uint64_t hash = 0;
    uint64_t cells = 0;
  };

  Content of(const std::string& module) {
    if (auto known = contents_.find(module); known != contents_.end()) return known->second;
    uint64_t count = 0;
    const ordered_json& all = modules_.at(module);
    uint64_t hash = fnv1a(all.at("ports").dump());
    for (const auto& [name, cell] : all.at("cells").items()) {
      const std::string type = cell.at("type").get<std::string>();
      const Content below = modules_.contains(type) ? of(type) : Content{fnv1a(type), 1};
      hash = fnv1a(std::to_string(below.hash), hash);
      count += below.cells;
      for (const auto& [key, value] : cell.at("parameters").items())
        if (key != "MEMID") hash = fnv1a(key + value.dump(), hash);
      hash = fnv1a(cell.at("connections").dump(), hash);
      hash = fnv1a(attributes(cell), hash);
    }
    for (const auto& [name, net] : all.at("netnames").items()) {
      const std::string marks = attributes(net);
      if (!marks.empty()) hash = fnv1a(net.at("bits").dump() + marks, hash);
    }
    return contents_[module] = {hash, count};
  }

 private:
  static std::string attributes(const ordered_json& object) {
    std::string text;
    for (const auto& [key, value] : object.at("attributes").items())
      if (key != "src" && key != "hdlname") text += key + value.dump();
    return text;
  }

  const ordered_json& modules_;
  std::map<std::string, Content> contents_;
};

}  // namespace

uint32_t Module::portBits() const {
  uint32_t bits = 0;
  for (const Port& port : ports) bits += port.width;
  return bits;
}

std::string Module::parameterText() const {
  std::string text;
  for (const auto& [key, value] : parameters)
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", key, value);
  return text;
}

std::vector<Module> readElaborated(const std::string& text, const std::string& prefix) {
  const ordered_json design = ordered_json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (design.is_discarded() || !design.contains("modules"))
    throw std::runtime_error("not a design that Yosys wrote");
  const ordered_json& modules = design["modules"];
  Contents contents(modules);
  std::map<std::string, Module> best;
  for (const auto& [yosysName, body] : modules.items()) {
    const ordered_json& attributes = body.at("attributes");
    Module module;
    module.yosysName = yosysName;
    module.name = attributes.contains("hdlname") ? attributes["hdlname"].get<std::string>() : yosysName;
    if (!module.name.starts_with(prefix)) continue;
    module.name.erase(0, prefix.size());
    if (body.contains("parameter_default_values"))
      for (const auto& [key, value] : body["parameter_default_values"].items())
        if (std::string number = decimal(value); !number.empty()) module.parameters[key] = number;
    for (const auto& [name, port] : body.at("ports").items())
      module.ports.push_back({name, port.at("direction") == "input",
                              static_cast<uint32_t>(port.at("bits").size())});
    const auto [hash, cells] = contents.of(yosysName);
    module.content = hash;
    module.cells = cells;
    Module& kept = best[module.name];
    const auto rank = [](const Module& m) { return std::pair(m.portBits(), m.parameterText()); };
    if (kept.yosysName.empty() || rank(module) > rank(kept)) kept = std::move(module);
  }
  std::vector<Module> result;
  for (auto& [name, module] : best) result.push_back(std::move(module));
  return result;
}

}  // namespace intformer::leaves
