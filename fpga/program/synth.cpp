#include <fmt/format.h>

#include <cstdio>
#include <deque>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "fpga/place/map.hpp"
#include "fpga/program/commands.hpp"
#include "fpga/program/device.hpp"
#include "fpga/program/only_run.hpp"
#include "fpga/synthesis/levels.hpp"
#include "gen/device.hpp"
#include "sw/cli/kinds.hpp"
#include "sw/files/files.hpp"

namespace intformer::fpga {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

struct SynthOptions {
  Folders folders;
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

/// A device on its way to a family, in a folder of its own.
struct Job {
  synthesis::FpgaTarget target;
  Plan plan;
  fs::path work;
};

void mapOne(const fpga_tools::FpgaTools& tools, const Job& job) {
  const std::string name = deviceName(job.plan);
  fmt::print(stderr, "mapping {} to {}, minutes for large arrays; log: {}/yosys.log\n", name,
             synthesis::targetName(job.target), job.work.string());
  const synthesis::FlatNetlist netlist = place::mapDevice(tools, job.target, job.plan, job.work);
  printTable(name, job.target, netlist);
  if (job.target == synthesis::FpgaTarget::Ecp5) return;  // nextpnr tells more
  const std::string text = files::readText(job.work / "netlist.json");
  ordered_json report = reportHead(job.plan);
  report["paths"] = printLevels(netlist, synthesis::longestPaths(text));
  files::writeAtomically(job.work / "levels.json", report.dump(1) + "\n");
}

int run(const SynthOptions& options) {
  std::vector<Job> jobs;
  for (const auto target : {synthesis::FpgaTarget::Ecp5, synthesis::FpgaTarget::UltraScalePlus}) {
    const std::string family = synthesis::targetName(target);
    if (options.target != "both" && options.target != family) continue;
    const Plan plan = readDevice(options.config, options.overrides, target);
    jobs.push_back({target, plan, fs::path(options.folders.out) / "synth" / plan.name / family});
  }
  const fpga_tools::FpgaTools tools(options.folders.tools);
  std::deque<OnlyRun> locks;  // all of them before the first takes its minutes
  for (const Job& job : jobs) locks.emplace_back(job.work);
  for (const Job& job : jobs) mapOne(tools, job);
  return kFine;
}

}  // namespace

void addSynth(CLI::App& app, int& status) {
  auto options = std::make_shared<SynthOptions>();
  CLI::App* command = app.add_subcommand(
      "synth", "Map a whole device flat: cells per unit, and how deep its logic is");
  command->add_option("config", options->config, "Hardware config (*.toml)")
      ->type_name(cli::kind::kConfig)
      ->required();
  command->add_option("--set", options->overrides, "Override a config key: --set vector.lanes=8")
      ->type_name(cli::kind::kSetting);
  command->add_option("--target", options->target, "Family: ecp5, xcup or both")
      ->check(CLI::IsMember({"ecp5", "xcup", "both"}))
      ->type_name(cli::kind::kChoice)
      ->capture_default_str();
  addFolders(*command, options->folders);
  command->callback([options, &status] { status = run(*options); });
}

}  // namespace intformer::fpga
