#include "sw/area/measured.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "gen/config.hpp"
#include "sw/area/design.hpp"
#include "sw/area/terms.hpp"

namespace intformer::area {

using nlohmann::json;
using nlohmann::ordered_json;
using synthesis::FpgaTarget;
using synthesis::Resources;

std::string Point::text() const {
  std::string text = synthesis::targetName(target) + " " + config;
  for (const std::string& change : overrides) text += " " + change;
  return text;
}

Plan Point::plan() const {
  const ConfigResult result = loadConfig(configPath(), overrides);
  if (!result.plan) throw std::runtime_error(text() + ": " + result.diagnostics.front().text());
  return builtFor(target, *result.plan);
}

namespace {

Point pointOf(const std::string& line) {
  std::istringstream words(line);
  std::string target;
  Point point;
  words >> target >> point.config;
  if ((target != "ecp5" && target != "xcup") || point.config.empty())
    throw std::runtime_error("not \"ecp5 CONFIG key=value...\" or \"xcup CONFIG ...\": " + line);
  point.target = target == "ecp5" ? FpgaTarget::Ecp5 : FpgaTarget::UltraScalePlus;
  for (std::string word; words >> word;) point.overrides.push_back(word);
  return point;
}

}  // namespace

std::vector<Point> readPoints(const std::string& text, const std::string& file) {
  std::vector<Point> points;
  std::istringstream lines(text);
  uint32_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.empty() || line[0] == '#') continue;
    try {
      points.push_back(pointOf(line));
    } catch (const std::runtime_error& error) {
      throw std::runtime_error(fmt::format("{}:{}: {}", file, number, error.what()));
    }
    points.back().line = number;
  }
  return points;
}

void checkPoints(std::span<const Point> points, const std::string& file) {
  if (points.empty())
    throw std::runtime_error(file + ": names no device; a model is fitted to several");
  std::string faults;
  std::map<std::pair<FpgaTarget, std::string>, std::string> seen;  // where it stands, by device
  for (const Point& point : points) {
    const std::string place = point.line == 0 ? file : fmt::format("{}:{}", file, point.line);
    const auto fault = [&](const std::string& what) {
      faults += fmt::format("{}{}: {}", faults.empty() ? "" : "\n", place, what);
    };
    try {
      const auto [known, isNew] =
          seen.try_emplace({point.target, settingsHash(point.plan())}, place + ": " + point.text());
      if (!isNew)
        fault(fmt::format("{}: is the same device as {}; take one of them out", point.text(),
                          known->second));
    } catch (const std::runtime_error& error) {
      fault(error.what());
    }
  }
  if (!faults.empty()) throw std::runtime_error(faults);
}

Resources Measured::of(std::string_view unit) const {
  Resources sum;
  for (const auto& [name, resources] : units) {
    const bool listed = std::ranges::find(kUnits, name) != kUnits.end();
    if (unit.empty() || unit == name || (unit == "rest" && !listed)) sum += resources;
  }
  return sum;
}

std::vector<Measured> readMeasured(const std::string& text) try {
  std::vector<Measured> all;
  const json parsed = json::parse(text);
  for (const json& entry : parsed.at("devices")) {
    Measured measured;
    measured.point = pointOf(entry.at("device").get<std::string>());
    measured.configHash = entry.at("config_hash");
    measured.design = entry.at("design");
    measured.tools = entry.at("tools");
    for (const auto& [unit, figures] : entry.at("units").items())
      measured.units[unit] = {.luts = figures.at(0),
                              .lutRams = figures.at(1),
                              .flipFlops = figures.at(2),
                              .dsps = figures.at(3),
                              .blockRams = figures.at(4)};
    all.push_back(std::move(measured));
  }
  return all;
} catch (const std::exception& error) {
  throw std::runtime_error(std::string("not a file of measured devices: ") + error.what());
}

std::string measuredText(const std::vector<Measured>& all) {
  std::string text =
      "{\"columns\": [\"lut\", \"lut_ram\", \"ff\", \"dsp\", \"ram_blocks\"],\n \"devices\": [";
  const char* comma = "\n";
  for (const Measured& measured : all) {
    ordered_json entry = {{"device", measured.point.text()},
                          {"config_hash", measured.configHash},
                          {"design", measured.design},
                          {"tools", measured.tools}};
    for (const auto& [unit, r] : measured.units)
      entry["units"][unit] = {r.luts, r.lutRams, r.flipFlops, r.dsps, r.blockRams};
    text += comma + entry.dump();
    comma = ",\n";
  }
  return text + "\n]}\n";
}

}  // namespace intformer::area
