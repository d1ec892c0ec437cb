#include "fpga/place/place.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "fpga/leaves/leaf.hpp"
#include "fpga/place/sdf.hpp"
#include "gen/library.hpp"
#include "sw/files/files.hpp"

namespace intformer::place {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// "design/vector/edge8_row_scalar.sv:115.22-115.63" as "row_scalar.sv:113". A file of rtl/ has two
/// lines more where it is generated.
std::string sourceLine(std::string_view source, const std::string& prefix) {
  constexpr uint32_t kBannerLines = 2;
  static const std::set<std::string> library = [] {
    std::set<std::string> names;
    for (const auto& file : libraryFiles()) names.insert(fs::path(file.path).filename());
    return names;
  }();
  const std::size_t colon = source.find(".sv:");
  if (colon == std::string_view::npos) return {};
  const std::size_t slash = source.rfind('/', colon);
  std::string file(source.substr(slash + 1, colon + 3 - (slash + 1)));
  if (!file.starts_with(prefix)) return {};
  file.erase(0, prefix.size());
  uint32_t line = 0;
  for (std::size_t i = colon + 4; i < source.size() && source[i] >= '0' && source[i] <= '9'; ++i)
    line = line * 10 + static_cast<uint32_t>(source[i] - '0');
  return fmt::format("{}:{}", file, library.contains(file) ? line - kBannerLines : line);
}

}  // namespace

Placement placeDevice(const fpga_tools::FpgaTools& tools, const fs::path& work, uint32_t seed,
                      const std::function<void()>& waiting) {
  const fs::path folder = work / fmt::format("seed{}", seed);
  fs::remove_all(folder);
  tools.nextpnr(folder, "nextpnr",
                {"--json", "../netlist.json", "--report", "report.json", "--write", "placed.json",
                 "--sdf", "delays.sdf", "--seed", std::to_string(seed), "--freq", "80",
                 "--lpf-allow-unconstrained", "--timing-allow-fail"},
                waiting);
  Placement placement;
  placement.seed = seed;
  placement.mhz = leaves::readLeafReport(files::readText(folder / "report.json")).mhz;
  placement.paths = readSdf(files::readText(folder / "delays.sdf")).slowestPaths();
  fs::remove(folder / "delays.sdf");  // many times larger than all the rest
  return placement;
}

std::vector<TimingPath> distinctPaths(const std::vector<TimingPath>& paths, std::size_t count) {
  std::vector<TimingPath> distinct;
  std::set<std::string> seen;
  for (const TimingPath& path : paths) {
    if (distinct.size() == count) break;
    if (seen.insert(synthesis::sourceName(path.to)).second) distinct.push_back(path);
  }
  return distinct;
}

SourceLines::SourceLines(const std::string& placed, const std::string& prefix) {
  const json design = json::parse(placed, nullptr, /*allow_exceptions=*/false);
  if (design.is_discarded() || !design.contains("modules"))
    throw std::runtime_error("not a netlist of nextpnr");
  const auto lineOf = [&prefix](const json& object) -> std::string {
    const json& marks = object.at("attributes");
    return marks.contains("src") ? sourceLine(marks["src"].get<std::string>(), prefix) : "";
  };
  for (const json& module : design["modules"]) {
    std::map<uint64_t, std::string> ofNets;  // by bit
    for (const auto& [name, net] : module.at("netnames").items())
      if (std::string line = lineOf(net); !line.empty())
        for (const json& bit : net.at("bits"))
          if (bit.is_number()) ofNets[bit.get<uint64_t>()] = line;
    for (const auto& [name, cell] : module.at("cells").items()) {
      std::string line = lineOf(cell);
      for (const char* output : {"F", "OFX", "Q"}) {
        const json& pins = cell.at("connections");
        if (!line.empty() || !pins.contains(output)) continue;
        for (const json& bit : pins[output])
          if (bit.is_number())
            if (const auto net = ofNets.find(bit.get<uint64_t>()); net != ofNets.end())
              line = net->second;
      }
      if (!line.empty()) lines_[name] = line;
    }
  }
}

std::string SourceLines::of(const std::string& cell) const {
  const auto known = lines_.find(cell);
  return known == lines_.end() ? "" : known->second;
}

}  // namespace intformer::place
