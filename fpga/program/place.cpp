#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "fpga/place/floorplan.hpp"
#include "fpga/place/map.hpp"
#include "fpga/place/place.hpp"
#include "fpga/program/commands.hpp"
#include "fpga/program/jobs.hpp"
#include "sw/files/files.hpp"
#include "sw/parallel/parallel.hpp"
#include "sw/process/process.hpp"

namespace intformer::fpga {

using place::Placement;
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr std::size_t kPaths = 5;

struct PlaceOptions {
  std::string config = "configs/tiny4.toml";
  std::vector<std::string> overrides;
  std::vector<uint32_t> seeds = {1, 2, 3};
  std::string history;
  uint32_t jobs = parallel::coreCount();
};

std::string read(const fs::path& path) {
  return std::string(files::readWhole(path, 4ULL << 30).text());
}

/// What nextpnr's log says it is about.
std::string phase(const fs::path& log) {
  std::string now = "packing";
  std::ifstream in(log);
  for (std::string line; std::getline(in, line);) {
    if (line.find("Creating initial analytic placement") != line.npos) now = "placing";
    if (line.find("Running simulated annealing") != line.npos) now = "refining";
    if (line.find("Info: Routing..") != line.npos) now = "routing";
  }
  return now;
}

/// A line now and then, since minutes pass.
class Progress {
 public:
  explicit Progress(std::string what) : what_(std::move(what)) {}

  void tell(const std::string& doing) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - begin_);
    if (seconds.count() < told_ + 30) return;
    told_ = seconds.count();
    fmt::print(stderr, "{}: {}, {} s\n", what_, doing, told_);
  }

 private:
  using Clock = std::chrono::steady_clock;
  std::string what_;
  Clock::time_point begin_ = Clock::now();
  int64_t told_ = 0;
};

std::vector<Placement> placeAll(const fpga_tools::FpgaTools& tools, const fs::path& work,
                                const PlaceOptions& options) {
  std::vector<Placement> placements(options.seeds.size());
  runJobs(placements.size(), options.jobs, [&](std::size_t i) {
    const uint32_t seed = options.seeds[i];
    Progress progress(fmt::format("seed {}", seed));
    try {
      placements[i] = place::placeDevice(tools, work, seed, [&] {
        progress.tell(phase(work / fmt::format("seed{}", seed) / "nextpnr.log"));
      });
    } catch (const std::exception& error) {
      throw std::runtime_error(fmt::format("seed {}: {}", seed, error.what()));
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

void printResources(const std::string& name, const synthesis::Resources& r) {
  fmt::print("{:<16} {:>7} {:>8} {:>7} {:>5} {:>7}\n", name, r.luts, r.lutRams, r.flipFlops, r.dsps,
             r.blockRams);
}

ordered_json toJson(const synthesis::Resources& r) {
  return {{"lut4", r.luts}, {"lut_ram", r.lutRams}, {"ff", r.flipFlops}, {"dsp", r.dsps},
          {"dp16kd", r.blockRams}};
}

/// Appends a row to the table of a file; a row of the same commit and config is replaced.
void record(const fs::path& path, const std::string& commit, const std::string& config,
            const std::string& row) {
  std::string text;
  if (fs::exists(path)) {
    std::istringstream lines(read(path));
    const std::string begin = fmt::format("| {} | {} |", commit, config);
    for (std::string line; std::getline(lines, line);)
      if (!line.starts_with(begin)) text += line + '\n';
  }
  files::writeAtomically(path, text + row + '\n');
}

int run(const FpgaOptions& common, const PlaceOptions& options) {
  const fpga_tools::FpgaTools tools(common.tools);
  const std::string config = fs::path(options.config).stem();
  const fs::path work = fs::path(common.out) / "pnr" / config;
  fmt::print(stderr, "mapping {}, a minute or more; log: {}/yosys.log\n", config, work.string());
  const synthesis::FlatNetlist netlist = place::mapDevice(tools, synthesis::FpgaTarget::Ecp5, options.config, options.overrides, work);
  fmt::print("{:<16} {:>7} {:>8} {:>7} {:>5} {:>7}\n", "unit", "LUT4", "LUT RAM", "FF", "DSP",
             "DP16KD");
  for (const auto& [unit, resources] : netlist.units) printResources(unit, resources);
  printResources("total", netlist.total);
  std::fflush(stdout);
  ordered_json report = {{"config", config}, {"total", toJson(netlist.total)}};
  for (const auto& [unit, resources] : netlist.units) report["units"][unit] = toJson(resources);
  for (const auto& [module, resources] : netlist.modules)
    report["modules"][module] = toJson(resources);
  if (options.seeds.empty()) {
    files::writeAtomically(work / "report.json", report.dump(1) + "\n");
    return 0;
  }

  const std::vector<Placement> placements = placeAll(tools, work, options);
  const Placement& median = placements[placements.size() / 2];
  fmt::print("\nrouted on LFE5U-85F-6: {:.1f} MHz, median of", median.mhz);
  for (const Placement& each : placements) {
    fmt::print(" {:.1f}", each.mhz);
    report["mhz_of_seeds"][std::to_string(each.seed)] = each.mhz;
  }
  fmt::print("\n");
  report["mhz"] = median.mhz;

  const std::string placed =
      read(work / fmt::format("seed{}", median.seed) / "placed.json");
  const place::SourceLines lines(placed, config + "_");
  std::string worst;
  for (const place::TimingPath& path : place::distinctPaths(median.paths, kPaths)) {
    const std::string from = synthesis::sourceName(path.from), to = synthesis::sourceName(path.to);
    if (worst.empty()) worst = from + " -> " + to;
    fmt::print("\n{:.1f} ns, {} levels, {:.0f} % of it wires: {} -> {}\n", path.ns, path.levels(),
               100 * path.wireNs() / path.ns, from, to);
    ordered_json entry = {{"ns", path.ns}, {"levels", path.levels()}, {"wire_ns", path.wireNs()},
                          {"from", from}, {"to", to}};
    for (const Stop& stop : stops(path, netlist.instances, lines)) {
      fmt::print("  {:>5.1f} ns {:>3} cells  {:<18} {}\n", stop.ns, stop.levels, stop.module,
                 stop.line);
      entry["stops"].push_back(
          {{"module", stop.module}, {"line", stop.line}, {"cells", stop.levels}, {"ns", stop.ns}});
    }
    report["paths"].push_back(entry);
  }
  files::writeAtomically(work / "floorplan.svg",
                  place::floorplan(placed, netlist.instances,
                            fmt::format("{} on LFE5U-85F, seed {}", config, median.seed)));
  files::writeAtomically(work / "report.json", report.dump(1) + "\n");
  fmt::print("\n{0}/report.json, {0}/floorplan.svg\n", work.string());

  if (!options.history.empty()) {
    const std::string commit = process::outputOf({"git", "describe", "--always", "--dirty", "--abbrev=9"});
    const synthesis::Resources& r = netlist.total;
    record(options.history, commit, config,
           fmt::format("| {} | {} | {:.1f} | {:.1f} to {:.1f}, {} | {} | {} | {} | {} | {} | {} |",
                       commit, config, median.mhz, placements.front().mhz, placements.back().mhz,
                       placements.size(), r.luts, r.lutRams, r.flipFlops, r.dsps, r.blockRams,
                       worst));
  }
  return 0;
}

}  // namespace

void addPlace(CLI::App& app, const FpgaOptions& common, int& status) {
  auto options = std::make_shared<PlaceOptions>();
  CLI::App* command =
      app.add_subcommand("place", "Map a whole device flat to ECP5, place and route it");
  command->add_option("config", options->config, "Hardware config (*.toml)")->capture_default_str();
  command->add_option("--set", options->overrides, "Override a config key: --set vector.lanes=8");
  command->add_option("--seeds", options->seeds, "Seeds of the placer; of their results the median counts")
      ->capture_default_str();
  command->add_flag_callback("--map-only", [options] { options->seeds.clear(); },
                             "Only map, and print the area");
  command->add_option("--history", options->history, "Append a row to this table");
  command->add_option("--jobs", options->jobs, "Seeds at a time")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command->callback([options, &common, &status] { status = run(common, *options); });
}

}  // namespace intformer::fpga
