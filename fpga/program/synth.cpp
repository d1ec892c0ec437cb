#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "fpga/place/map.hpp"
#include "fpga/program/commands.hpp"
#include "fpga/synthesis/levels.hpp"
#include "sw/files/files.hpp"

namespace intformer::fpga {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

struct SynthOptions {
  std::string config;
  std::vector<std::string> overrides;
  std::string target = "both";
};

void printRow(const std::string& name, const synthesis::Resources& r) {
  fmt::print("{:<16} {:>9} {:>9} {:>9} {:>6} {:>7}\n", name, r.luts, r.lutRams, r.flipFlops, r.dsps,
             r.blockRams);
}

void printTable(const std::string& name, synthesis::FpgaTarget target, const synthesis::FlatNetlist& netlist) {
  const bool ecp5 = target == synthesis::FpgaTarget::Ecp5;
  fmt::print("\n{} on {}, flat\n{:<16} {:>9} {:>9} {:>9} {:>6} {:>7}\n", name,
             ecp5 ? "Lattice ECP5" : "AMD UltraScale+", "unit", ecp5 ? "LUT4" : "LUT", "LUT RAM",
             "FF", "DSP", ecp5 ? "DP16KD" : "RAMB18");
  for (const auto& [unit, resources] : netlist.units) printRow(unit, resources);
  printRow("total", netlist.total);
  std::fflush(stdout);
}

/// The modules that a path runs through, each once per visit: "fifo, dispatch, first_error".
std::string modulesOf(const synthesis::LogicPath& path, const synthesis::Instances& instances) {
  std::string text, last;
  std::vector<std::string> cells = {path.from};
  cells.insert(cells.end(), path.through.begin(), path.through.end());
  cells.push_back(path.to);
  for (const std::string& cell : cells) {
    const std::string module = instances.moduleOf(cell);
    if (module.empty() || module == last) continue;
    text += (text.empty() ? "" : ", ") + module;
    last = module;
  }
  return text;
}

/// The longest path that ends in each unit.
ordered_json printLevels(const synthesis::FlatNetlist& netlist, const std::vector<synthesis::LogicPath>& paths) {
  std::map<std::string, const synthesis::LogicPath*> longest;
  for (const synthesis::LogicPath& path : paths)  // longest first
    if (const std::string unit = netlist.instances.unitOf(path.to); !unit.empty())
      longest.try_emplace(unit, &path);
  fmt::print("\nlongest path from register to register, a proxy for speed: LUTs, bits of carry\n"
             "{:<16} {:>5} {:>6}  {}\n", "ending in", "LUTs", "carry", "path, through modules");
  ordered_json report = ordered_json::array();
  for (const auto& [unit, path] : longest) {
    const std::string from = synthesis::sourceName(path->from), to = synthesis::sourceName(path->to);
    const std::string modules = modulesOf(*path, netlist.instances);
    fmt::print("{:<16} {:>5} {:>6}  {} -> {} ({})\n", unit, path->levels, path->carryBits, from, to,
               modules);
    report.push_back({{"unit", unit}, {"levels", path->levels}, {"carry_bits", path->carryBits},
                      {"from", from}, {"to", to}, {"modules", modules}});
  }
  if (!paths.empty())
    fmt::print("{:<16} {:>5} {:>6}\n", "all", paths.front().levels, paths.front().carryBits);
  return report;
}

int run(const FpgaOptions& common, const SynthOptions& options) {
  const fpga_tools::FpgaTools tools(common.tools);
  const std::string name = fs::path(options.config).stem();
  for (const synthesis::FpgaTarget target : {synthesis::FpgaTarget::Ecp5, synthesis::FpgaTarget::UltraScalePlus}) {
    if (options.target != "both" && options.target != synthesis::targetName(target)) continue;
    const fs::path work = fs::path(common.out) / "synth" / name / synthesis::targetName(target);
    fmt::print(stderr, "mapping {} to {}, minutes for large arrays; log: {}/yosys.log\n", name,
               synthesis::targetName(target), work.string());
    const synthesis::FlatNetlist netlist = place::mapDevice(tools, target, options.config, options.overrides, work);
    printTable(name, target, netlist);
    if (target == synthesis::FpgaTarget::Ecp5) continue;  // nextpnr tells more
    const std::string text(files::readWhole(work / "netlist.json", 4ULL << 30).text());
    files::writeAtomically(work / "levels.json", printLevels(netlist, synthesis::longestPaths(text)).dump(1) + "\n");
  }
  return 0;
}

}  // namespace

void addSynth(CLI::App& app, const FpgaOptions& common, int& status) {
  auto options = std::make_shared<SynthOptions>();
  CLI::App* command = app.add_subcommand(
      "synth", "Map a whole device flat: cells per unit, and how deep its logic is");
  command->add_option("config", options->config, "Hardware config (*.toml)")->required();
  command->add_option("--set", options->overrides, "Override a config key: --set vector.lanes=8");
  command->add_option("--target", options->target, "Family: ecp5, xcup or both")
      ->check(CLI::IsMember({"ecp5", "xcup", "both"}))
      ->capture_default_str();
  command->callback([options, &common, &status] { status = run(common, *options); });
}

}  // namespace intformer::fpga
