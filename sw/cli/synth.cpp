#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include "fpga/synthesis/synthesis.hpp"
#include "gen/device.hpp"
#include "gen/emit/emit.hpp"
#include "gen/output.hpp"
#include "sw/cli/commands.hpp"
#include "sw/cli/kinds.hpp"
#include "sw/cli/plan_input.hpp"
#include "sw/files/messages.hpp"

namespace intformer::cli {

using synthesis::FpgaTarget;
using synthesis::targetName;

namespace {

namespace fs = std::filesystem;

struct Options {
  std::string config;
  std::vector<std::string> overrides;
  std::string target = "both";
  std::string out = "build/synth";
};

void printRow(const std::string& name, const synthesis::Resources& r) {
  fmt::print("{:<28} {:>9} {:>9} {:>9} {:>6} {:>7}\n", name, r.luts, r.lutRams, r.flipFlops, r.dsps,
             r.blockRams);
}

void printTable(FpgaTarget target, const synthesis::SynthesisResult& result) {
  const bool ecp5 = target == FpgaTarget::Ecp5;
  fmt::print("\n{} on {}\n", result.top.unit, ecp5 ? "Lattice ECP5" : "AMD UltraScale+");
  fmt::print("{:<28} {:>9} {:>9} {:>9} {:>6} {:>7}\n", "unit", ecp5 ? "LUT4" : "LUT", "LUT RAM",
             "FF", "DSP", ecp5 ? "DP16KD" : "RAMB18");
  for (const auto& unit : result.units) printRow(unit.unit, unit.resources);
  printRow("total", result.top.resources);
  std::fflush(stdout);  // the next one takes a while
}

int synth(const Options& options) {
  const std::optional<Plan> plan = readPlan(options.config, options.overrides);
  if (!plan) return 1;

  const fs::path root = fs::path(options.out) / plan->name;
  const auto files = emitAll(*plan);
  if (const WriteResult written = writeDesign(root / "design", plan->name, files);
      !written.error.empty()) {
    fmt::print(stderr, "{}\n", written.error);
    return 1;
  }
  std::vector<std::string> sources;
  for (const auto& file : files)
    if (file.path.ends_with(".sv")) sources.push_back((root / "design" / file.path).string());

  for (const FpgaTarget target : {FpgaTarget::Ecp5, FpgaTarget::UltraScalePlus}) {
    if (options.target != "both" && options.target != targetName(target)) continue;
    const std::string folder = (root / targetName(target)).string();
    fmt::print(stderr, "mapping {} to {}, minutes for large arrays; log: {}/yosys.log\n",
               deviceName(*plan), targetName(target), folder);
    try {
      printTable(target,
                 synthesis::synthesize(target, sources, plan->name + "_top", folder));
    } catch (const std::runtime_error& error) {
      fmt::print(stderr, "{}\n", files::messageOf(error));
      return 3;
    }
  }
  return 0;
}

}  // namespace

void addSynth(CLI::App& app, int& status) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("synth", "Map a config to FPGA cells and print them per unit");
  command->add_option("config", options->config, "Hardware config (*.toml)")
      ->type_name(kind::kConfig)
      ->required();
  command->add_option("--set", options->overrides, "Override a config key: --set vector.lanes=8")
      ->type_name(kind::kSetting);
  command->add_option("--target", options->target, "Family: ecp5, xcup or both")
      ->check(CLI::IsMember({"ecp5", "xcup", "both"}))
      ->type_name(kind::kChoice)
      ->capture_default_str();
  command->add_option("--out", options->out, "Folder of sources, netlists and logs")
      ->type_name(kind::kFolder)
      ->capture_default_str();
  command->footer("Example: intformer synth configs/tiny4.toml --target ecp5");
  command->callback([options, &status] { status = synth(*options); });
}

}  // namespace intformer::cli
