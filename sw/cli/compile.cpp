#include "sw/compiler/compile.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <set>

#include "gen/config.hpp"
#include "sw/cli/commands.hpp"
#include "sw/cli/model_input.hpp"
#include "sw/compiler/listing.hpp"
#include "sw/compiler/timing.hpp"
#include "sw/files/files.hpp"

namespace intformer::cli {
namespace {

namespace fs = std::filesystem;

struct CompileCommand {
  ModelRequest model;
  std::string config;
  std::vector<std::string> overrides;
  std::string out;
  CompileOptions options;
};

struct OutputFile {
  std::string name;
  std::string bytes;
};

std::string asString(const std::vector<uint8_t>& bytes, std::size_t begin, std::size_t count) {
  return {reinterpret_cast<const char*>(bytes.data()) + begin, count};
}

/// Writes the files aside and renames the folder into place; an older output is replaced whole, a
/// folder that holds anything else is left alone. Returns a message on failure.
std::string writeFolder(const fs::path& folder, const std::vector<OutputFile>& files) {
  std::error_code error;
  std::set<std::string> ours;
  for (const OutputFile& file : files) ours.insert(file.name);
  if (fs::exists(folder)) {
    if (!fs::is_directory(folder)) return fmt::format("{}: is not a folder", folder.string());
    for (const auto& entry : fs::directory_iterator(folder))
      if (!ours.contains(entry.path().filename().string()))
        return fmt::format("{}: holds {}, which compile did not write; choose another --out",
                           folder.string(), entry.path().filename().string());
  }
  const fs::path target = fs::absolute(folder).lexically_normal();
  const fs::path clean = target.has_filename() ? target : target.parent_path();
  fs::create_directories(clean.parent_path(), error);
  const fs::path aside = clean.string() + ".partial";
  fs::remove_all(aside, error);
  if (!fs::create_directory(aside, error))
    return fmt::format("{}: {}", aside.string(), error.message());
  try {
    for (const OutputFile& file : files) writeAtomically(aside / file.name, file.bytes);
  } catch (const std::runtime_error& failure) {
    fs::remove_all(aside, error);
    return failure.what();
  }
  fs::remove_all(clean, error);
  fs::rename(aside, clean, error);
  return error ? fmt::format("{}: {}", clean.string(), error.message()) : std::string();
}

int compileModel(const CompileCommand& command) {
  const ConfigResult config = loadConfig(command.config, command.overrides);
  for (const auto& fault : config.diagnostics) fmt::print(stderr, "{}\n", fault.text());
  const auto model = loadModel(command.model);
  if (!config.plan || !model) return 1;
  Program program;
  try {
    program = compile(model->graph, *config.plan, command.options);
  } catch (const CompileError& refusal) {
    fmt::print(stderr, "{}\n", refusal.what());
    return 1;
  }
  const std::vector<uint8_t> image = buildImage(program, model->graph, model->inputs);
  const std::string failure = writeFolder(
      command.out,
      {{"program.bin", asString(image, program.programAddress,
                                program.commands.size() * kCommandBytes)},
       {"image.bin", asString(image, 0, image.size())},
       {"program.txt", listProgram(program)},
       {"memory.json", memoryMapJson(program, model->graph)}});
  if (!failure.empty()) {
    fmt::print(stderr, "{}\n", failure);
    return 1;
  }
  const Estimate cycles = estimate(program.commands, *config.plan);
  uint64_t macs = 0;
  for (const OperatorTrace& op : program.operators) macs += op.macs;
  fmt::print("{} on {}: {} commands, {} bytes of memory, about {} cycles ({:.1f} % of the MACs)\n",
             model->name, config.plan->name, program.commands.size(), program.memoryBytes,
             cycles.cycles,
             100.0 * static_cast<double>(macs) /
                 (static_cast<double>(cycles.cycles) * config.plan->dim * config.plan->dim));
  return 0;
}

}  // namespace

void addCompile(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("compile", "Turn a model into a command program for a config");
  auto options = std::make_shared<CompileCommand>();
  command->add_option("model", options->model.path, "Model file (configs/models/*.toml)")
      ->required();
  command->add_option("--config", options->config, "Hardware config (*.toml)")->required();
  command->add_option("--seq", options->model.seq, "Tokens; of a batch: 128,77,30")
      ->delimiter(',')
      ->required();
  command->add_flag("--encoder-only", options->model.encoderOnly,
                    "Begin at the first layer, though the model has an embedding");
  command->add_option("--layers", options->model.layers,
                      "Encoder layers (default: all of a model file, else 1)");
  command->add_option("--seed", options->model.seed, "Seed of weights and inputs")
      ->capture_default_str();
  command->add_option("--out", options->out, "Folder for the program")->required();
  command->add_option("--set", options->overrides, "Override a config key: --set vector.lanes=8")
      ->allow_extra_args(false);
  command->add_option("--row-block", options->options.rowBlock,
                      "Rows that one pass over the weights covers (0: chosen)");
  command->footer(
      "Writes program.bin (the commands), image.bin (memory before the run: commands, constants,\n"
      "inputs), program.txt (a line per command) and memory.json (the memory map).\n"
      "Example:\n"
      "  intformer compile configs/models/bert-base.toml --config configs/base16.toml --seq 128 "
      "--out build/program");
  command->callback([options, &status] { status = compileModel(*options); });
}

}  // namespace intformer::cli
