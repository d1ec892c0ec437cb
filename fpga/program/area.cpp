#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <stdexcept>

#include "fpga/place/map.hpp"
#include "fpga/program/commands.hpp"
#include "fpga/program/only_run.hpp"
#include "fpga/program/jobs.hpp"
#include "sw/area/design.hpp"
#include "sw/area/fit.hpp"
#include "sw/area/terms.hpp"
#include "sw/cli/kinds.hpp"
#include "sw/files/files.hpp"
#include "sw/files/hash.hpp"
#include "sw/files/messages.hpp"

namespace intformer::fpga {
namespace {

namespace fs = std::filesystem;
using area::Measured;
using area::Point;

constexpr uint64_t kMostBytes = 64 << 20;

struct AreaOptions {
  Folders folders;
  std::string folder = "sw/area";  ///< of points.txt and the two files that are written
  bool fitOnly = false;
  uint32_t jobs = 2;
};

/// Maps a device, or takes what an earlier run has kept of the very same one.
Measured measure(const fpga_tools::FpgaTools& tools, const fs::path& out, const Point& point,
                 const std::string& design) {
  const auto begin = std::chrono::steady_clock::now();
  const Plan plan = point.plan();
  const std::string hash = area::settingsHash(plan);
  const uint64_t key = files::fnv1a(point.text() + hash + design + tools.versions());
  const fs::path kept = out / fmt::format("{:016x}.json", key),
                 work = out / fmt::format("{:016x}", key);
  if (fs::exists(kept)) return area::readMeasured(files::readText(kept, kMostBytes)).at(0);
  fs::create_directories(work);
  const synthesis::FlatNetlist netlist = place::mapDevice(tools, point.target, plan, work);
  Measured measured{point, hash, design, tools.versions(), netlist.units};
  files::writeAtomically(kept, area::measuredText({measured}));
  fs::remove_all(work);  // hundreds of megabytes
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - begin);
  fmt::print(stderr, "{}: {} LUTs, {} s\n", point.text(), netlist.total.luts, seconds.count());
  return measured;
}

std::vector<Measured> measureAll(const AreaOptions& options) {
  const fs::path list = fs::path(options.folder) / "points.txt";
  const std::vector<Point> points =
      area::readPoints(files::readText(list, kMostBytes), list.string());
  area::checkPoints(points, list.string());  // all of them, before hours of mapping
  const fpga_tools::FpgaTools tools(options.folders.tools);
  const fs::path out = fs::path(options.folders.out) / "area";
  const OnlyRun lock(out);
  const std::string design = area::designHash();
  std::vector<Measured> all(points.size());
  fmt::print(stderr, "mapping {} devices, {} at a time, minutes each; what is done is kept\n",
             points.size(), options.jobs);
  runJobs(points.size(), options.jobs, [&](std::size_t i) {
    try {
      all[i] = measure(tools, out, points[i], design);
    } catch (const std::exception& error) {
      throw std::runtime_error(points[i].text() + ": " + files::messageOf(error));
    }
  });
  return all;
}

/// What an earlier run has measured, of devices that are still what they were then.
std::vector<Measured> readAll(const fs::path& path) {
  std::vector<Measured> all = area::readMeasured(files::readText(path, kMostBytes));
  std::vector<Point> points;
  std::string changed;
  for (const Measured& measured : all) {
    points.push_back(measured.point);
    if (area::settingsHash(measured.point.plan()) != measured.configHash)
      changed += fmt::format("{}{}: {}: its config has changed since it was mapped; map it again, "
                             "without --fit-only",
                             changed.empty() ? "" : "\n", path.string(), measured.point.text());
  }
  if (!changed.empty()) throw std::runtime_error(changed);
  area::checkPoints(points, path.string());
  return all;
}

int run(const AreaOptions& options) {
  const fs::path folder(options.folder);
  const std::vector<Measured> all =
      options.fitOnly ? readAll(folder / "measured.json") : measureAll(options);
  const area::Table table = area::fitTable(all);
  fmt::print("{:<8} {:>8}  {:<8} {:>8} {:>8}\n", "family", "devices", "figure", "median", "worst");
  for (const auto& [name, fit] : table.families)
    for (const auto& [figure, error] : fit.errors)
      fmt::print("{:<8} {:>8}  {:<8} {:>6.1f} % {:>6.1f} %\n", name, fit.devices, figure,
                 100 * error.median, 100 * error.worst);
  if (!options.fitOnly) files::writeAtomically(folder / "measured.json", area::measuredText(all));
  files::writeAtomically(folder / "coefficients.json", area::tableText(table));
  return kFine;
}

}  // namespace

void addArea(CLI::App& app, int& status) {
  auto options = std::make_shared<AreaOptions>();
  CLI::App* command = app.add_subcommand(
      "area",
      "Map the devices of points.txt and fit the area model to them; errors are of devices "
      "that are predicted from the others");
  command
      ->add_option("--folder", options->folder,
                   "Of points.txt, measured.json and coefficients.json")
      ->type_name(cli::kind::kFolder)
      ->capture_default_str();
  CLI::Option* fitOnly =
      command->add_flag("--fit-only", options->fitOnly, "Fit to measured.json as it is");
  // Of mapping alone.
  fitOnly->excludes(command->add_option("--jobs", options->jobs, "Devices at a time")
                        ->check(CLI::Range(1, 64))
                        ->capture_default_str());
  for (CLI::Option* option : addFolders(*command, options->folders)) fitOnly->excludes(option);
  command->callback([options, &status] { status = run(*options); });
}

}  // namespace intformer::fpga
