#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <memory>

#include "gen/config.hpp"
#include "gen/config_keys.hpp"
#include "gen/device.hpp"
#include "gen/emit/emit.hpp"
#include "gen/output.hpp"
#include "sw/cli/commands.hpp"
#include "sw/cli/kinds.hpp"
#include "sw/places/places.hpp"

namespace intformer::cli {
namespace {

struct GenerateOptions {
  std::string config;
  std::string out;
  std::vector<std::string> overrides;
  bool bare = false;
  bool quiet = false;
};

int generate(const GenerateOptions& options) {
  const ConfigResult config = loadConfig(places::hereOrOwn(options.config), options.overrides);
  for (const auto& fault : config.diagnostics) fmt::print(stderr, "{}\n", fault.text());
  if (!config.plan) {
    fmt::print(stderr, "(`intformer generate --help` lists the keys of a hardware config)\n");
    return 1;
  }

  auto files = options.bare ? emitBare(*config.plan) : emitAll(*config.plan);
  if (!options.bare)
    std::ranges::move(emitIntegration(*config.plan, files), std::back_inserter(files));
  const WriteResult result = writeDesign(options.out, config.plan->name, files);
  if (!result.error.empty()) {
    fmt::print(stderr, "{}\n", result.error);
    return 1;
  }
  if (!options.quiet)
    fmt::print("{}: {} files in {} ({} written, {} unchanged, {} removed)\n", deviceName(*config.plan),
               files.size(), options.out, result.written, result.unchanged, result.removed);
  return 0;
}

}  // namespace

void addGenerate(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("generate", "Write the SystemVerilog design of a config");
  auto options = std::make_shared<GenerateOptions>();
  command->add_option("config", options->config, "Hardware config (*.toml)")
      ->type_name(kind::kConfig)
      ->required();
  command->add_option("--out", options->out, "Folder for the design")
      ->type_name(kind::kFolder)
      ->required();
  command->add_option("--set", options->overrides, "Override a config key: --set vector.lanes=8")
      ->type_name(kind::kSetting);
  command->add_flag("--bare", options->bare,
                    "Write only what a checkout's rtl/ and sw/runtime lack, under the names "
                    "that they use");
  command->add_flag("--quiet", options->quiet, "Print faults only");
  command->footer(
      "Examples:\n"
      "  intformer generate configs/base16.toml --out build/base16\n"
      "  intformer generate configs/edge8.toml --out /tmp/x --set vector.lanes=8 --set "
      "vector.family=ibert\n"
      "The folder then holds <name>.f, the list of all sources: verilator --lint-only -F <name>.f\n"
      "What other tools and systems take lies beside it: <name>_axi.v, a wrapper in plain Verilog,\n"
      "<name>.core, <name>.rdl and more, of which docs/8-boards.md has a table.\n\n"
      "Keys of a config, each of which may be left out:\n" +
      configKeysMarkdown());
  command->callback([options, &status] { status = generate(*options); });
}

}  // namespace intformer::cli
