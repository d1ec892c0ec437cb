#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>

#include "fpga/place/floorplan.hpp"
#include "fpga/place/map.hpp"
#include "fpga/place/place.hpp"
#include "fpga/program/commands.hpp"
#include "fpga/program/device.hpp"
#include "fpga/program/only_run.hpp"
#include "fpga/program/history.hpp"
#include "fpga/program/jobs.hpp"
#include "fpga/program/progress.hpp"
#include "fpga/program/unit_table.hpp"
#include "gen/device.hpp"
#include "sw/cli/kinds.hpp"
#include "sw/files/files.hpp"
#include "sw/files/messages.hpp"
#include "sw/numerics/median.hpp"
#include "sw/parallel/parallel.hpp"
#include "sw/process/process.hpp"

namespace intformer::fpga {

using place::Placement;
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr std::size_t kPaths = 5;

struct PlaceOptions {
  Folders folders;
  std::string config = "configs/tiny4.toml";
  std::vector<std::string> overrides;
  std::vector<uint32_t> seeds = {1, 2, 3};
  bool mapOnly = false;
  std::string history;
  uint32_t jobs = parallel::coreCount();
};

std::vector<Placement> placeAll(const fpga_tools::FpgaTools& tools, const fs::path& work,
                                const PlaceOptions& options) {
  std::vector<Placement> placements(options.seeds.size());
  runJobs(placements.size(), options.jobs, [&](std::size_t i) {
    const uint32_t seed = options.seeds[i];
    Progress progress(fmt::format("seed {}", seed));
    try {
      placements[i] = place::placeDevice(tools, work, seed, [&] {
        progress.tell(phaseOf(work / fmt::format("seed{}", seed) / "nextpnr.log"));
      });
    } catch (const std::exception& error) {
      throw std::runtime_error(fmt::format("seed {}: {}", seed, files::messageOf(error)));
    }
    fmt::print(stderr, "seed {}: {:.1f} MHz\n", seed, placements[i].mhz);
  });
  std::ranges::stable_sort(placements, {}, &Placement::mhz);
  return placements;
}

/// A step of a path for people: where it is in the source.
struct Stop {
  std::string module, line;
  uint32_t levels = 0;
  double ns = 0;
  bool operator==(const Stop& other) const { return module == other.module && line == other.line; }
};

/// Steps one behind the other in the same module and line are one stop.
std::vector<Stop> stops(const place::TimingPath& path, const synthesis::Instances& instances,
                        const place::SourceLines& lines) {
  std::vector<Stop> result;
  double wire = 0;
  for (const place::PathStep& step : path.steps) {
    if (step.wire) {
      wire += step.ns;
      continue;
    }
    Stop stop{instances.moduleOf(step.cell), lines.of(step.cell), step.pin == "FCO" ? 0U : 1U,
              wire + step.ns};
    wire = 0;
    // LUTs know of no line: they belong to what is before them, where that is the same module.
    // Parts that nextpnr adds to carry chains have no module either.
    const bool same = !result.empty() &&
                      (stop.module.empty() || result.back().module == stop.module) &&
                      (stop.line.empty() || stop.line == result.back().line);
    if (!same) {
      result.push_back(stop);
      continue;
    }
    result.back().levels += stop.levels;
    result.back().ns += stop.ns;
  }
  return result;
}

/// Cells by unit, printed and for the report.
ordered_json printArea(const Plan& plan, const synthesis::FlatNetlist& netlist) {
  fmt::print("{} on LFE5U-85F-6, flat\n", deviceName(plan));
  ordered_json report = reportHead(plan);
  report["total"] = toJson(netlist.total);
  report["units"] = printUnits(netlist);
  for (const auto& [module, resources] : netlist.modules)
    report["modules"][module] = toJson(resources);
  return report;
}

/// MHz of all seeds, slowest first; returns their median.
double printMhz(const std::string& device, const std::vector<Placement>& placements,
                ordered_json& report) {
  std::vector<double> mhz;
  for (const Placement& each : placements) mhz.push_back(each.mhz);
  fmt::print("\n{} routed on LFE5U-85F-6: {:.1f} MHz, median of", device, median(mhz));
  for (const Placement& each : placements) {
    fmt::print(" {:.1f}", each.mhz);
    report["mhz_of_seeds"][std::to_string(each.seed)] = each.mhz;
  }
  report["mhz"] = median(mhz);
  return median(mhz);
}

/// The slowest paths of one placement, by module and line; returns the ends of the first.
std::string printPaths(const Placement& placement, const synthesis::Instances& instances,
                       const place::SourceLines& lines, ordered_json& report) {
  fmt::print("; slowest paths of seed {}:\n", placement.seed);
  report["seed_of_paths"] = placement.seed;
  std::string worst;
  for (const place::TimingPath& path : place::distinctPaths(placement.paths, kPaths)) {
    const std::string from = synthesis::sourceName(path.from), to = synthesis::sourceName(path.to);
    if (worst.empty()) worst = from + " -> " + to;
    fmt::print("\n{:.1f} ns, {} levels, {:.0f} % of it wires: {} -> {}\n", path.ns, path.levels(),
               100 * path.wireNs() / path.ns, from, to);
    ordered_json entry = {{"ns", path.ns}, {"levels", path.levels()}, {"wire_ns", path.wireNs()},
                          {"from", from}, {"to", to}};
    for (const Stop& stop : stops(path, instances, lines)) {
      fmt::print("  {:>5.1f} ns {:>3} cells  {:<18} {}\n", stop.ns, stop.levels, stop.module,
                 stop.line);
      entry["stops"].push_back(
          {{"module", stop.module}, {"line", stop.line}, {"cells", stop.levels}, {"ns", stop.ns}});
    }
    report["paths"].push_back(entry);
  }
  return worst;
}

void checkSeeds(const std::vector<uint32_t>& seeds) {
  for (auto seed = seeds.begin(); seed != seeds.end(); ++seed)
    if (std::find(seeds.begin(), seed, *seed) != seed)
      throw std::runtime_error(
          fmt::format("place: --seeds: {} is given twice, and would count twice", *seed));
}

int run(const PlaceOptions& options) {
  checkSeeds(options.seeds);
  const Plan plan = readDevice(options.config, options.overrides);
  const std::string device = deviceName(plan);
  const fpga_tools::FpgaTools tools(options.folders.tools);
  const fs::path work = fs::path(options.folders.out) / "pnr" / plan.name;
  const OnlyRun lock(work);
  std::optional<History> history;
  if (!options.history.empty()) history.emplace(options.history);
  fmt::print(stderr, "mapping {}, a minute or more; log: {}/yosys.log\n", device, work.string());
  const synthesis::FlatNetlist netlist =
      place::mapDevice(tools, synthesis::FpgaTarget::Ecp5, plan, work);
  ordered_json report = printArea(plan, netlist);
  if (options.mapOnly) {
    files::writeAtomically(work / "report.json", report.dump(1) + "\n");
    return kFine;
  }

  const std::vector<Placement> placements = placeAll(tools, work, options);
  const double mhz = printMhz(device, placements, report);
  // The middle one; of an even number the slower of the two that the median lies between.
  const Placement& middle = placements[(placements.size() - 1) / 2];
  const std::string placed =
      files::readText(work / fmt::format("seed{}", middle.seed) / "placed.json");
  const std::string worst = printPaths(middle, netlist.instances,
                                       place::SourceLines(placed, plan.name + "_"), report);
  files::writeAtomically(
      work / "floorplan.svg",
      place::floorplan(placed, netlist.instances,
                       fmt::format("{} on LFE5U-85F, seed {}", device, middle.seed)));
  files::writeAtomically(work / "report.json", report.dump(1) + "\n");
  fmt::print("\n{0}/report.json, {0}/floorplan.svg\n", work.string());

  if (history) {
    const std::string commit =
        process::outputOf({"git", "describe", "--always", "--dirty", "--abbrev=9"});
    const synthesis::Resources& r = netlist.total;
    history->add(commit, device,
                 fmt::format("{:.1f} | {:.1f} to {:.1f}, {} | {} | {} | {} | {} | {} | {}", mhz,
                             placements.front().mhz, placements.back().mhz, placements.size(),
                             r.luts, r.lutRams, r.flipFlops, r.dsps, r.blockRams, worst));
  }
  return kFine;
}

}  // namespace

void addPlace(CLI::App& app, int& status) {
  auto options = std::make_shared<PlaceOptions>();
  CLI::App* command =
      app.add_subcommand("place", "Map a whole device flat to ECP5, place and route it");
  command->add_option("config", options->config, "Hardware config (*.toml)")
      ->type_name(cli::kind::kConfig)
      ->capture_default_str();
  command->add_option("--set", options->overrides, "Override a config key: --set vector.lanes=8")
      ->type_name(cli::kind::kSetting);
  CLI::Option* mapOnly =
      command->add_flag("--map-only", options->mapOnly, "Only map, and print the area");
  // What routing alone asks for.
  mapOnly->excludes(command
                        ->add_option("--seeds", options->seeds,
                                     "Seeds of the placer, 1,2,3; of their results the median counts")
                        ->delimiter(',')
                        ->capture_default_str());
  mapOnly->excludes(command->add_option("--history", options->history, "Append a row to this table")
                        ->type_name(cli::kind::kOutFile));
  mapOnly->excludes(command->add_option("--jobs", options->jobs, "Seeds at a time")
                        ->check(CLI::Range(1, 64))
                        ->capture_default_str());
  addFolders(*command, options->folders);
  command->callback([options, &status] { status = run(*options); });
}

}  // namespace intformer::fpga
