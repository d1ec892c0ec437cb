#include "sw/area/table.hpp"

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace intformer::area {

using nlohmann::json;
using nlohmann::ordered_json;

Table readTable(std::string_view text) try {
  const json parsed = json::parse(text);
  Table table{parsed.at("design"), parsed.at("tools"), {}};
  for (const auto& [name, entry] : parsed.at("families").items()) {
    FamilyFit& fit = table.families[name];
    fit.devices = entry.at("devices");
    for (const auto& [figure, error] : entry.at("errors").items())
      fit.errors[figure] = {error.at("median"), error.at("worst")};
    for (const auto& [size, range] : entry.at("ranges").items())
      fit.ranges[size] = {range.at(0), range.at(1)};
    fit.coefficients = entry.at("coefficients").get<decltype(fit.coefficients)>();
  }
  return table;
} catch (const std::exception& error) {
  throw std::runtime_error(std::string("not a table of the area model: ") + error.what());
}

std::string tableText(const Table& table) {
  ordered_json text = {{"design", table.design}, {"tools", table.tools}};
  for (const auto& [name, fit] : table.families) {
    ordered_json& entry = text["families"][name];
    entry["devices"] = fit.devices;
    for (const auto& [figure, error] : fit.errors)
      entry["errors"][figure] = {{"median", error.median}, {"worst", error.worst}};
    for (const auto& [size, range] : fit.ranges)
      entry["ranges"][size] = {range.first, range.second};
    entry["coefficients"] = fit.coefficients;
  }
  return text.dump(1) + "\n";
}

}  // namespace intformer::area
