#include "sw/compiler/compile.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <numeric>
#include <set>

#include "gen/device.hpp"
#include "sw/board/board.hpp"
#include "sw/cli/board_programs.hpp"
#include "sw/cli/commands.hpp"
#include "sw/cli/kinds.hpp"
#include "sw/cli/fusion_option.hpp"
#include "sw/cli/memory_input.hpp"
#include "sw/cli/model_input.hpp"
#include "sw/cli/plan_input.hpp"
#include "sw/cli/refusals.hpp"
#include "sw/compiler/listing.hpp"
#include "sw/files/files.hpp"
#include "sw/files/hash.hpp"
#include "sw/files/interrupt.hpp"
#include "sw/report/explain.hpp"

namespace intformer::cli {
namespace {

namespace fs = std::filesystem;

struct CompileCommand {
  ModelRequest model;
  std::string config;
  std::vector<std::string> overrides;
  std::string out;
  std::string json;
  std::string lengths;  ///< "8,16": a program for each; empty: one, as `model` says
  std::string name;     ///< of the constant in model.h
  bool explain = false;
  uint64_t base = 0;
  MemoryRequest memory;
  compiler::CompileOptions options;
};

/// All that compile ever writes into a folder.
const std::set<std::string> kOurs = {"program.bin", "image.bin", "program.txt", "memory.json",
                                     "model.h"};

struct FolderFile {
  std::string name;
  std::vector<std::string_view> parts;
};

/// Writes the files aside and renames the folder into place; an older output is replaced whole, a
/// folder that holds anything else is left alone. Throws std::runtime_error.
void writeFolder(const fs::path& folder, const std::vector<FolderFile>& files) {
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
  files::TemporaryPath aside(clean.string() + ".partial");
  fs::remove_all(aside.path(), error);
  if (!fs::create_directory(aside.path(), error)) refuse(folder, error.message());
  for (const FolderFile& file : files)
    files::writeAtomically(aside.path() / file.name, std::span(file.parts));
  const files::Uninterrupted whole;
  fs::remove_all(clean, error);
  fs::rename(aside.path(), clean, error);
  if (error) refuse(clean, error.message());
  aside.release();
}

/// Throws CompileError where the image cannot lie at `base`.
void checkBase(uint64_t base, uint64_t memoryBytes, const Plan& plan) {
  if (base % 4096 != 0)
    throw compiler::CompileError(
        fmt::format("--base 0x{:x} is not a multiple of 4096, so that bursts would "
                    "cross the boundaries that AXI gives them",
                    base));
  const uint64_t last = base + (memoryBytes - 1);
  if (last < base || (plan.addressBits < 64 && last >> plan.addressBits != 0))
    throw compiler::CompileError(
        fmt::format("--base 0x{:x}: {} bytes from there end beyond the {} bits of "
                    "its addresses (bus.address_bits)",
                    base, memoryBytes, plan.addressBits));
}

/// Whether there are sentences for which model.h and memory.json say how they come in.
bool readsTexts(const ModelInput& model) {
  return model.output && model.reads == importer::InputKind::Text;
}

/// What people are told of each program.
void printPrograms(const board::BoardModel& board) {
  const uint64_t macsPerCycle = uint64_t{board.plan.dim} * board.plan.dim;
  for (const board::BoardProgram& program : board.programs) {
    uint64_t macs = 0;
    for (const OperatorTrace& op : program.program.operators) macs += op.macs;
    fmt::print("{} on {}: {} tokens, {} commands, {} bytes of memory, {} cycles ({:.1f} % of the "
               "MACs)\n",
               board.model, deviceName(board.plan), lengthsText(program.lengths),
               program.program.commands.size(), program.program.memoryBytes, program.cycles,
               100.0 * static_cast<double>(macs) /
                   (static_cast<double>(program.cycles) * static_cast<double>(macsPerCycle)));
  }
}

/// Commands and constants of all programs, and of a single one its inputs as well.
std::vector<uint8_t> imageOf(std::span<const board::BoardProgram> programs, const ModelInput& model) {
  if (programs.size() == 1) return buildImage(programs[0].program, model.graph, model.inputs);
  std::vector<uint8_t> image(programs[0].program.readOnlyEnd);
  for (const board::BoardProgram& program : programs) packReadOnly(program.program, image);
  return image;
}

/// A name for C, the user's or made of the model's. Throws std::invalid_argument.
std::string nameOf(const CompileCommand& command, const ModelInput& model) {
  if (command.name.empty()) return board::nameForC(model.name);
  if (board::nameForC(command.name) == command.name) return command.name;
  throw std::invalid_argument(
      fmt::format("--name {}: small letters, digits and underscores, a letter first; for example {}",
                  command.name, board::nameForC(command.name)));
}

void writeBoard(const CompileCommand& command, const ModelInput& model, const Plan& plan,
                std::vector<board::BoardProgram> programs) {
  std::string listing;
  for (board::BoardProgram& program : programs) {
    moveCommands(program.program.commands, command.base);
    if (programs.size() > 1)
      listing += fmt::format("# {} tokens\n", lengthsText(program.lengths));
    listing += compiler::listProgram(program.program);
  }
  const std::vector<uint8_t> image = imageOf(programs, model);
  const std::string_view memory(reinterpret_cast<const char*>(image.data()), image.size());
  const board::BoardModel board{.model = model.name,
                                .graph = model.graph,
                                .output = readsTexts(model) ? &*model.output : nullptr,
                                .plan = plan,
                                .name = nameOf(command, model),
                                .programs = programs,
                                .base = command.base,
                                .imageBytes = image.size(),
                                .imageId = files::fnv1a(memory)};
  const std::string map = board::memoryJson(board);
  const std::string header = board.output != nullptr ? board::modelHeader(board) : "";
  const std::string trailer = board::imageTrailer(board);
  const Program& first = programs.front().program;
  const Program& last = programs.back().program;
  std::vector<FolderFile> files = {
      {"program.bin", {memory.substr(first.programAddress,
                                     last.programAddress + last.commands.size() * kCommandBytes)}},
      {"image.bin", {memory, trailer}},
      {"program.txt", {listing}},
      {"memory.json", {map}}};
  if (board.output != nullptr) files.push_back({"model.h", {header}});
  writeFolder(command.out, files);
  printPrograms(board);
}

/// Whether the options have a meaning for this model; says so if not.
bool serves(const CompileCommand& command, const ModelInput& model, const Plan& plan) {
  const uint32_t tokens = std::accumulate(model.seq.begin(), model.seq.end(), 0U);
  const uint32_t rows = (tokens + plan.dim - 1) / plan.dim * plan.dim;
  if (!command.name.empty() && !readsTexts(model))
    fmt::print(stderr, "--name {}: it is of model.h, which a trained model's program has alone{}\n",
               command.name, model.output ? ", of a model that reads texts" : "");
  else if (command.options.rowBlock > rows)
    fmt::print(stderr, "--row-block {}: {} tokens have no more rows than {}\n",
               command.options.rowBlock, tokens, rows);
  else
    return true;
  return false;
}

int compileModel(const CompileCommand& command) {
  const std::optional<Plan> device = readPlan(command.config, command.overrides);
  const auto memory = device ? readMemory(command.memory, *device) : std::nullopt;
  if (!memory) return kRefused;
  ModelRequest request = command.model;
  compiler::CompileOptions options = command.options;
  options.memory = memory->timing;
  options.contents = !command.out.empty();
  if (!options.contents) request.integers = model::Integers::Left;
  const auto lengths = command.lengths.empty() ? std::vector<std::vector<uint32_t>>{}
                                               : parseLengths(command.lengths);
  if (!lengths.empty()) {
    request.seq = {longestOf(lengths)};
    request.seqOption = "--lengths";
  }
  auto model = loadModel(request);
  if (!model) return kRefused;
  const Plan& plan = *device;
  if (!serves(command, *model, plan)) return kRefused;
  std::vector<board::BoardProgram> programs;
  compiler::Decision decision;
  if (lengths.empty())
    programs.push_back(compileOne(*model, plan, options, &decision));
  else
    programs = compileAll(*model, plan, options, lengths, request.seed);
  checkBase(command.base, programs[0].program.memoryBytes, plan);
  if (command.explain) {
    const Program& program = programs[0].program;
    const report::Explanation explanation =
        report::explain(model->graph, plan, options.memory, program, decision,
                        buildLists(program, model->graph, model->inputs),
                        fmt::format("{} on {}: {} tokens, {} {}", model->name, deviceName(plan),
                                    lengthsText(model->seq), model->layers,
                                    model->layers == 1 ? "layer" : "layers"));
    if (!command.json.empty()) files::writeAtomically(command.json, explanation.json);
    fmt::print("{}", explanation.text);
    if (command.out.empty()) return kFine;
  }
  writeBoard(command, *model, plan, std::move(programs));
  return kFine;
}

/// Whether the options go together; says so if not.
bool agrees(const CompileCommand& command) {
  if (command.out.empty() && !command.explain)
    fmt::print(stderr, "compile: give --out, a folder for the program, or --explain\n");
  else if (!command.lengths.empty() && (!command.model.seq.empty() || command.model.sentence))
    fmt::print(stderr, "--lengths {}: these are the tokens of its programs; give no --seq and no "
                       "--sentence\n", command.lengths);
  else if (!command.name.empty() && command.out.empty())
    fmt::print(stderr, "--name {}: it is of model.h; give --out, too\n", command.name);
  else if (!command.lengths.empty() && command.explain)
    fmt::print(stderr, "--explain speaks of one program: give --seq instead of --lengths\n");
  else
    return true;
  return false;
}

}  // namespace

void addCompile(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("compile", "Turn a model into a command program for a config");
  auto options = std::make_shared<CompileCommand>();
  command
      ->add_option("model", options->model.path,
                   "Model: a trained one's file (*.itf) or folder, which is quantized first, or a "
                   "shape (configs/models/*.toml, weights from the seed)")
      ->type_name(kind::kModel)
      ->required();
  command->add_option("--config", options->config, "Hardware config (*.toml)")
      ->type_name(kind::kConfig)
      ->required();
  command
      ->add_option("--seq", options->model.seq,
                   "Tokens, with values from the seed, which the host replaces; of a batch: "
                   "128,77,30")
      ->delimiter(',');
  command->add_option("--lengths", options->lengths,
                      "Programs for several lengths in one image, weights and constants once: "
                      "8,16,32; 5+6 is a batch")
      ->type_name(kind::kLengths);
  command->add_option("--sentence", options->model.sentence,
                      "Text instead, for a trained model: the image holds its tokens")
      ->type_name(kind::kSentence);
  command->add_option("--input", options->model.input,
                      "Picture (binary PPM) or sound (WAV, 16 kHz, 16 bits, one channel), for a trained "
                      "model that reads such (default: one drawn from the seed)")
      ->type_name(kind::kDataFile);
  command->add_flag("--encoder-only", options->model.encoderOnly,
                    "Begin at the first layer, though the model has an embedding");
  command->add_option("--layers", options->model.layers,
                      "The first layers (default: all of a trained model, 1 of a shape)");
  command->add_option("--seed", options->model.seed, "Seed of weights and inputs")
      ->capture_default_str();
  command->add_option("--out", options->out, "Folder for the program; may be left out with "
                                             "--explain")
      ->type_name(kind::kFolder);
  command->add_option("--base", options->base,
                      "Address at which the device sees the image, a multiple of 4096")
      ->capture_default_str();
  command->add_option("--name", options->name,
                      "Name of the constant in model.h, so that a host can have several models "
                      "(default: the model's)")
      ->type_name(kind::kWord);
  auto* explain = command->add_flag("--explain", options->explain,
                                    "Say what was chosen, and what other choices would cost");
  command->add_option("--json", options->json, "Write the explanation to this file, too")
      ->type_name(kind::kOutFile)
      ->needs(explain);
  command->add_option("--set", options->overrides, "Override a config key: --set vector.lanes=8")
      ->type_name(kind::kSetting);
  command->add_option("--row-block", options->options.rowBlock,
                      "Rows that one pass over the weights covers (0: chosen)");
  addMemory(*command, options->memory);  // that the program will meet
  addFusion(*command, options->options.fusion);
  command->footer(
      "Writes program.bin (the commands), image.bin (memory before the run: commands, constants,\n"
      "inputs), program.txt (a line per command) and memory.json (the memory map); of a trained\n"
      "model also model.h, for a host in C that embeds other sentences of these lengths. They run\n"
      "on devices of this config alone, which image.bin, memory.json and model.h tell.\n"
      "Examples:\n"
      "  intformer compile build/models/minilm.itf --config configs/base16.toml --seq 16 "
      "--out build/board\n"
      "  intformer compile build/models/minilm.itf --config configs/base16.toml --lengths "
      "8,16,32,64 --out build/board\n"
      "  intformer compile configs/models/bert-base.toml --config configs/base16.toml --seq 128 "
      "--out build/program");
  command->callback([options, &status] {
    if (!agrees(*options)) {
      status = kRefused;
      return;
    }
    status = orRefuse([&] { return compileModel(*options); },
                      options->model.path + " does not run on " + options->config);
  });
}

}  // namespace intformer::cli
