#include "sw/compiler/compile.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <set>

#include "gen/config.hpp"
#include "sw/cli/board.hpp"
#include "sw/cli/commands.hpp"
#include "sw/cli/explain.hpp"
#include "sw/cli/model_input.hpp"
#include "sw/cli/refusals.hpp"
#include "sw/compiler/listing.hpp"
#include "sw/files/files.hpp"
#include "sw/perf/estimate.hpp"
#include "sw/places/places.hpp"

namespace intformer::cli {
namespace {

namespace fs = std::filesystem;

struct CompileCommand {
  ModelRequest model;
  std::string config;
  std::vector<std::string> overrides;
  std::string out;
  std::string json;
  bool explain = false;
  uint64_t base = 0;
  CompileOptions options;
};

/// All that compile ever writes into a folder.
const std::set<std::string> kOurs = {"program.bin", "image.bin", "program.txt", "memory.json",
                                     "model.h"};

struct OutputFile {
  std::string name;
  std::string_view bytes;
};

/// Writes the files aside and renames the folder into place; an older output is replaced whole, a
/// folder that holds anything else is left alone. Throws std::runtime_error.
void writeFolder(const fs::path& folder, const std::vector<OutputFile>& files) {
  const auto refuse = [](const fs::path& path, const std::string& reason) {
    throw std::runtime_error(fmt::format("{}: {}", path.string(), reason));
  };
  std::error_code error;
  if (fs::exists(folder)) {
    if (!fs::is_directory(folder)) refuse(folder, "is not a folder");
    for (const auto& entry : fs::directory_iterator(folder))
      if (const std::string name = entry.path().filename().string(); !kOurs.contains(name))
        refuse(folder, "holds " + name + ", which compile did not write; choose another --out");
  }
  const fs::path target = fs::absolute(folder).lexically_normal();
  const fs::path clean = target.has_filename() ? target : target.parent_path();
  fs::create_directories(clean.parent_path(), error);
  const fs::path aside = clean.string() + ".partial";
  fs::remove_all(aside, error);
  if (!fs::create_directory(aside, error)) refuse(aside, error.message());
  try {
    for (const OutputFile& file : files) writeAtomically(aside / file.name, file.bytes);
  } catch (const std::runtime_error&) {
    fs::remove_all(aside, error);
    throw;
  }
  fs::remove_all(clean, error);
  fs::rename(aside, clean, error);
  if (error) refuse(clean, error.message());
}

/// Throws CompileError where the image cannot lie at `base`.
void checkBase(uint64_t base, const Program& program, const Plan& plan) {
  if (base % 4096 != 0)
    throw CompileError(fmt::format("--base 0x{:x} is not a multiple of 4096, so that bursts would "
                                   "cross the boundaries that AXI gives them", base));
  const uint64_t last = base + (program.memoryBytes - 1);
  if (last < base || (plan.addressBits < 64 && last >> plan.addressBits != 0))
    throw CompileError(fmt::format("--base 0x{:x}: {} bytes from there end beyond the {} bits of "
                                   "its addresses (bus.address_bits)", base, program.memoryBytes,
                                   plan.addressBits));
}

int compileModel(const CompileCommand& command) {
  const ConfigResult config = loadConfig(hereOrOwn(command.config), command.overrides);
  for (const auto& fault : config.diagnostics) fmt::print(stderr, "{}\n", fault.text());
  ModelRequest request = command.model;
  CompileOptions options = command.options;
  options.contents = !command.out.empty();
  if (!options.contents) request.integers = Integers::Left;
  const auto model = loadModel(request);
  if (!config.plan || !model) return kRefused;
  Decision decision;
  Program program = compile(model->graph, *config.plan, options, &decision);
  checkBase(command.base, program, *config.plan);
  if (command.explain) {
    const Explanation explanation =
        explain(model->graph, *config.plan, program, decision,
                fmt::format("{} on {}: {} tokens, {} {}", model->name, config.plan->name,
                            lengthsText(model->seq), model->layers,
                            model->layers == 1 ? "layer" : "layers"));
    if (!command.json.empty()) writeAtomically(command.json, explanation.json);
    fmt::print("{}", explanation.text);
    if (command.out.empty()) return kFine;
  }
  const std::vector<uint8_t> lists = buildLists(program, model->graph, model->inputs);
  const uint64_t cycles = perf::estimate(program.commands, program.programAddress, *config.plan, {},
                                         lists, program.readOnlyEnd)
                              .cycles;
  moveCommands(program.commands, command.base);
  const std::vector<uint8_t> image = buildImage(program, model->graph, model->inputs);
  const std::string_view memory(reinterpret_cast<const char*>(image.data()), image.size());
  const std::string listing = listProgram(program);
  const BoardModel board{*model, *config.plan, program, command.base, cycles};
  const std::string map = memoryJson(board);
  const std::string header = model->output ? modelHeader(board) : "";
  std::vector<OutputFile> files = {
      {"program.bin",
       memory.substr(program.programAddress, program.commands.size() * kCommandBytes)},
      {"image.bin", memory},
      {"program.txt", listing},
      {"memory.json", map}};
  if (model->output) files.push_back({"model.h", header});
  writeFolder(command.out, files);
  uint64_t macs = 0;
  for (const OperatorTrace& op : program.operators) macs += op.macs;
  fmt::print("{} on {}: {} tokens, {} commands, {} bytes of memory, {} cycles ({:.1f} % of the "
             "MACs)\n",
             model->name, config.plan->name, lengthsText(model->seq), program.commands.size(),
             program.memoryBytes, cycles,
             100.0 * static_cast<double>(macs) /
                 (static_cast<double>(cycles) * config.plan->dim * config.plan->dim));
  return kFine;
}

}  // namespace

void addCompile(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("compile", "Turn a model into a command program for a config");
  auto options = std::make_shared<CompileCommand>();
  command
      ->add_option("model", options->model.path,
                   "Model: a trained one's file (*.itf) or folder, which is quantized first, or a "
                   "shape (configs/models/*.toml, weights from the seed)")
      ->required();
  command->add_option("--config", options->config, "Hardware config (*.toml)")->required();
  command
      ->add_option("--seq", options->model.seq,
                   "Tokens, with values from the seed, which the host replaces; of a batch: "
                   "128,77,30")
      ->delimiter(',');
  command->add_option("--sentence", options->model.sentence,
                      "Text instead, for a trained model: the image holds its tokens");
  command->add_flag("--encoder-only", options->model.encoderOnly,
                    "Begin at the first layer, though the model has an embedding");
  command->add_option("--layers", options->model.layers,
                      "The first layers (default: all of a trained model, 1 of a shape)");
  command->add_option("--seed", options->model.seed, "Seed of weights and inputs")
      ->capture_default_str();
  command->add_option("--out", options->out, "Folder for the program; may be left out with "
                                             "--explain");
  command->add_option("--base", options->base,
                      "Address at which the device sees the image, a multiple of 4096")
      ->capture_default_str();
  auto* explain = command->add_flag("--explain", options->explain,
                                    "Say what was chosen, and what other choices would cost");
  command->add_option("--json", options->json, "Write the explanation to this file, too")
      ->needs(explain);
  command->add_option("--set", options->overrides, "Override a config key: --set vector.lanes=8")
      ->allow_extra_args(false);
  command->add_option("--row-block", options->options.rowBlock,
                      "Rows that one pass over the weights covers (0: chosen)");
  command->footer(
      "Writes program.bin (the commands), image.bin (memory before the run: commands, constants,\n"
      "inputs), program.txt (a line per command) and memory.json (the memory map); of a trained\n"
      "model also model.h, for a host in C that embeds other sentences of these lengths.\n"
      "Examples:\n"
      "  intformer compile build/models/minilm.itf --config configs/base16.toml --seq 16 "
      "--out build/board\n"
      "  intformer compile configs/models/bert-base.toml --config configs/base16.toml --seq 128 "
      "--out build/program");
  command->callback([options, &status] {
    if (options->out.empty() && !options->explain) {
      fmt::print(stderr, "compile: give --out, a folder for the program, or --explain\n");
      status = kRefused;
      return;
    }
    status = orRefuse([&] { return compileModel(*options); },
                      options->model.path + " does not run on " + options->config);
  });
}

}  // namespace intformer::cli
