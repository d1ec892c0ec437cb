#include "fpga/place/floorplan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <vector>

namespace intformer::place {
namespace {

using nlohmann::json;

constexpr std::array kColours = {"#4e79a7", "#f28e2b", "#e15759", "#76b7b2", "#59a14f", "#edc948",
                                 "#b07aa1", "#ff9da7", "#9c755f", "#6b6ecf", "#1b9e77", "#d95f02"};
constexpr const char* kOutside = "#bab0ac";
constexpr uint32_t kTile = 8;  // pixels

struct Place {
  uint32_t x = 0, y = 0;
  auto operator<=>(const Place&) const = default;
};

/// What lies in a tile: how many cells of which unit, and whether it is a RAM or a multiplier.
struct Tile {
  std::map<std::string, uint32_t> cells;
  bool block = false;
};

/// Units by their cells, most first, so that colours stay where units grow.
std::vector<std::string> unitsBySize(const std::map<Place, Tile>& tiles) {
  std::map<std::string, uint32_t> sizes;
  for (const auto& [place, tile] : tiles)
    for (const auto& [unit, count] : tile.cells) sizes[unit] += count;
  sizes.erase("");
  std::vector<std::string> units;
  for (const auto& [unit, size] : sizes) units.push_back(unit);
  std::ranges::stable_sort(units, std::greater{}, [&](const auto& unit) { return sizes[unit]; });
  return units;
}

std::map<Place, Tile> readTiles(const std::string& placed, const synthesis::Instances& instances) {
  const json design = json::parse(placed, nullptr, /*allow_exceptions=*/false);
  std::map<Place, Tile> tiles;
  if (!design.is_discarded() && design.contains("modules")) {
    for (const json& module : design["modules"])
      for (const auto& [name, cell] : module.at("cells").items()) {
        const json& marks = cell.at("attributes");
        Place place;
        if (!marks.contains("NEXTPNR_BEL") ||
            std::sscanf(marks["NEXTPNR_BEL"].get_ref<const std::string&>().c_str(), "X%u/Y%u",
                        &place.x, &place.y) != 2)
          continue;
        Tile& tile = tiles[place];
        ++tile.cells[instances.unitOf(name)];
        const std::string type = cell.at("type");
        if (type == "DP16KD" || type == "MULT18X18D") tile.block = true;
      }
  }
  if (tiles.empty()) throw std::runtime_error("not a placed netlist of nextpnr");
  return tiles;
}

}  // namespace

std::string floorplan(const std::string& placed, const synthesis::Instances& instances,
                      const std::string& title) {
  const std::map<Place, Tile> tiles = readTiles(placed, instances);
  const std::vector<std::string> units = unitsBySize(tiles);
  const auto colour = [&](const std::string& unit) -> const char* {
    const auto at = std::ranges::find(units, unit);
    return at == units.end() ? kOutside
                             : kColours[static_cast<std::size_t>(at - units.begin()) % kColours.size()];
  };
  Place most;
  for (const auto& [place, tile] : tiles)
    most = {std::max(most.x, place.x), std::max(most.y, place.y)};

  const uint32_t width = (most.x + 1) * kTile, height = (most.y + 1) * kTile, side = 170;
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
      "height=\"{1}\" font-family=\"sans-serif\" font-size=\"14\">\n"
      "<title>{2}</title>\n<rect width=\"{0}\" height=\"{1}\" fill=\"#fff\"/>\n"
      "<rect width=\"{3}\" height=\"{1}\" fill=\"#f4f4f4\"/>\n",
      width + side, height, title, width);
  for (const auto& [place, tile] : tiles) {
    const auto largest = std::ranges::max_element(
        tile.cells, {}, [](const auto& unit) { return std::pair(!unit.first.empty(), unit.second); });
    svg += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"{}/>\n",
                       place.x * kTile, place.y * kTile, kTile - 1, kTile - 1,
                       colour(largest->first), tile.block ? " stroke=\"#000\"" : "");
  }
  for (std::size_t i = 0; i < units.size(); ++i)
    svg += fmt::format(
        "<rect x=\"{0}\" y=\"{1}\" width=\"14\" height=\"14\" fill=\"{2}\"/>"
        "<text x=\"{3}\" y=\"{4}\">{5}</text>\n",
        width + 12, 12 + i * 22, colour(units[i]), width + 34, 24 + i * 22, units[i]);
  svg += fmt::format("<text x=\"{}\" y=\"{}\" font-size=\"11\">framed: RAM, DSP</text>\n</svg>\n",
                     width + 12, 24 + units.size() * 22);
  return svg;
}

}  // namespace intformer::place
