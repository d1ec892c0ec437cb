#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "fpga/leaves/floors.hpp"
#include "fpga/leaves/leaf.hpp"
#include "fpga/program/commands.hpp"
#include "fpga/program/device.hpp"
#include "fpga/program/only_run.hpp"
#include "fpga/program/jobs.hpp"
#include "sw/cli/kinds.hpp"
#include "sw/files/files.hpp"
#include "sw/files/messages.hpp"
#include "sw/parallel/parallel.hpp"

namespace intformer::fpga {

using fpga_tools::FpgaTools;
using leaves::Floor;
using leaves::Module;

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct LeafOptions {
  Folders folders;
  std::string floors = "rtl/floors.toml";
  std::string module;
  bool quick = false;
  uint32_t jobs = parallel::coreCount();
};

/// A module to be measured, and what came out.
struct Leaf {
  Floor floor;
  Module module;
  leaves::LeafResult result;
  std::string fault;  ///< why nothing came out

  [[nodiscard]] bool holds() const { return fault.empty() && result.mhz >= floor.mhz; }
};

/// No module of its own: what simulation alone has, and the device, which `make pnr` places.
bool isLeftOut(const std::string& module) {
  return module.starts_with("assert_") || module == "top";
}

/// Modules by config, elaborated when the first is asked for.
class Devices {
 public:
  Devices(const FpgaTools& tools, fs::path work) : tools_(tools), work_(std::move(work)) {}

  const std::vector<Module>& of(const std::string& config) {
    if (auto known = modules_.find(config); known != modules_.end()) return known->second;
    const Plan plan = readDevice("configs/" + config + ".toml", {});
    fmt::print(stderr, "elaborating {}\n", config);
    return modules_[config] = leaves::elaborate(tools_, plan, folder(config));
  }
  [[nodiscard]] fs::path folder(const std::string& config) const { return work_ / config; }

 private:
  const FpgaTools& tools_;
  fs::path work_;
  std::map<std::string, std::vector<Module>> modules_;
};

std::string whyNone(const LeafOptions& options, bool hasLine) {
  if (options.module.empty())
    return fmt::format("{}: {} no module", options.floors, hasLine ? "marks as quick" : "names");
  if (!hasLine) return fmt::format("{} has no line for {}", options.floors, options.module);
  return fmt::format(
      "{}: {} has a line, but is not marked as quick; leave --quick out to measure it",
      options.floors, options.module);
}

std::vector<Leaf> chosenLeaves(const LeafOptions& options, const std::vector<Floor>& floors,
                               Devices& devices) {
  std::vector<Leaf> leaves;
  bool hasLine = false;
  for (const Floor& floor : floors) {
    if (!options.module.empty() && floor.module != options.module) continue;
    hasLine = true;
    if (options.quick && !floor.quick) continue;
    const auto& modules = devices.of(floor.config);
    const auto module = std::ranges::find(modules, floor.module, &Module::name);
    if (module == modules.end())
      throw std::runtime_error(
          fmt::format("{}: {} has no module {}", options.floors, floor.config, floor.module));
    leaves.push_back({floor, *module, {}, {}});
  }
  if (leaves.empty()) throw std::runtime_error(whyNone(options, hasLine));
  // Small ones first: there is something to read soon.
  std::ranges::sort(leaves, {}, [](const Leaf& leaf) { return leaf.module.cells; });
  return leaves;
}

/// Modules of the configs in use that the table forgets.
std::set<std::string> withoutFloor(const std::vector<Floor>& floors, Devices& devices) {
  std::set<std::string> names;
  for (const Floor& floor : floors)
    for (const Module& module : devices.of(floor.config))
      if (!isLeftOut(module.name)) names.insert(module.name);
  for (const Floor& floor : floors) names.erase(floor.module);
  return names;
}

void printHead() {
  fmt::print("{:<18} {:>7} {:>7} {:>6} {:>4} {:>6} {:>7} {:>6}  {}\n", "module", "LUT4", "LUT RAM",
             "FF", "DSP", "DP16KD", "MHz", "floor", "slowest path, levels of LUTs on it");
  std::fflush(stdout);
}

void print(const Leaf& leaf) {
  if (!leaf.fault.empty()) {
    fmt::print("{:<18} FAULT: {}\n", leaf.module.name, leaf.fault);
  } else {
    const synthesis::Resources& r = leaf.result.resources;
    fmt::print("{:<18} {:>7} {:>7} {:>6} {:>4} {:>6} {:>7.1f} {:>6.0f}  {}{} -> {}, {}\n",
               leaf.module.name, r.luts, r.lutRams, r.flipFlops, r.dsps, r.blockRams,
               leaf.result.mhz, leaf.floor.mhz, leaf.holds() ? "" : "BELOW: ", leaf.result.from,
               leaf.result.to, leaf.result.levels);
  }
  std::fflush(stdout);
}

json toJson(const Leaf& leaf) {
  const synthesis::Resources& r = leaf.result.resources;
  json entry = {{"module", leaf.module.name},
                {"config", leaf.floor.config},
                {"parameters", leaf.module.parameterText()},
                {"floor", leaf.floor.mhz}};
  if (leaf.fault.empty())
    entry.update({{"lut4", r.luts},
                  {"lut_ram", r.lutRams},
                  {"ff", r.flipFlops},
                  {"dsp", r.dsps},
                  {"dp16kd", r.blockRams},
                  {"mhz", leaf.result.mhz},
                  {"from", leaf.result.from},
                  {"to", leaf.result.to},
                  {"levels", leaf.result.levels}});
  else
    entry["fault"] = leaf.fault;
  return entry;
}

void measureAll(std::vector<Leaf>& leaves, const FpgaTools& tools, const Devices& devices,
                const fs::path& cache, uint32_t jobs) {
  std::mutex printing;
  runJobs(leaves.size(), jobs, [&](std::size_t i) {
    Leaf& leaf = leaves[i];
    try {
      leaf.result =
          leaves::measureLeaf(tools, leaf.module, devices.folder(leaf.floor.config), cache);
    } catch (const std::exception& error) {
      leaf.fault = files::messageOf(error);
    }
    const std::scoped_lock lock(printing);
    print(leaf);
  });
}

/// Of those that could be measured.
void printSlowest(const std::vector<Leaf>& leaves) {
  const Leaf* slowest = nullptr;
  for (const Leaf& leaf : leaves)
    if (leaf.fault.empty() && (slowest == nullptr || leaf.result.mhz < slowest->result.mhz))
      slowest = &leaf;
  if (slowest != nullptr)
    fmt::print("slowest: {}, {:.1f} MHz\n", slowest->module.name, slowest->result.mhz);
}

int run(const LeafOptions& options) {
  const auto floors = leaves::readFloors(options.floors);
  const FpgaTools tools(options.folders.tools);
  const fs::path out = fs::path(options.folders.out) / "leaves";
  const OnlyRun lock(out);
  Devices devices(tools, out);
  std::vector<Leaf> leaves = chosenLeaves(options, floors, devices);
  printHead();
  measureAll(leaves, tools, devices, out / "cache", options.jobs);

  std::ranges::sort(leaves, {}, [](const Leaf& leaf) { return leaf.module.name; });
  json report = json::array();
  for (const Leaf& leaf : leaves) report.push_back(toJson(leaf));
  files::writeAtomically(out / "leaves.json", report.dump(1) + "\n");

  int status = kFine;
  printSlowest(leaves);
  fmt::print("{}\n", (out / "leaves.json").string());
  for (const Leaf& leaf : leaves) {
    if (leaf.holds() || !leaf.fault.empty()) continue;
    fmt::print(stderr, "{}: below its floor in {}\n", leaf.module.name, options.floors);
    status = kBelow;
  }
  if (options.module.empty() && !options.quick) {
    for (const std::string& module : withoutFloor(floors, devices)) {
      fmt::print(stderr, "{}: has no line in {}\n", module, options.floors);
      status = kBelow;
    }
  }
  for (const Leaf& leaf : leaves) {
    if (leaf.fault.empty()) continue;
    fmt::print(stderr, "{}: not measured: {}\n", leaf.module.name, leaf.fault);
    status = kFault;
  }
  return status;
}

}  // namespace

void addLeaves(CLI::App& app, int& status) {
  auto options = std::make_shared<LeafOptions>();
  CLI::App* command = app.add_subcommand(
      "leaves", "Place and route every module alone, and hold it to its floor in MHz");
  command->add_option("--floors", options->floors, "The table of floors")
      ->type_name(cli::kind::kTextFile)
      ->capture_default_str();
  command->add_option("--module", options->module, "Only this one")->type_name(cli::kind::kWord);
  command->add_flag("--quick", options->quick, "Only those that the table marks as quick");
  command->add_option("--jobs", options->jobs, "Modules at a time")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  addFolders(*command, options->folders);
  command->callback([options, &status] { status = run(*options); });
}

}  // namespace intformer::fpga
