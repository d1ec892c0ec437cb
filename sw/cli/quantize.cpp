#include <fmt/format.h>
#include <xxhash.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "sw/cli/commands.hpp"
#include "sw/cli/refusals.hpp"
#include "sw/cli/sentences.hpp"
#include "sw/itf/model_file.hpp"

namespace intformer::cli {
namespace {

struct QuantizeCommand {
  std::string model;
  std::string calibration = INTFORMER_SOURCE_DIR "/configs/calibration/english.txt";
  std::string out;
};

int quantize(const QuantizeCommand& command) {
  const auto begin = std::chrono::steady_clock::now();
  ModelFile model = readModelFile(command.model);
  const std::vector<std::string> lines = readLines(command.calibration);
  if (lines.empty())
    throw std::runtime_error(command.calibration + ": holds no sentence to calibrate on");
  const Tokenizer tokenizer(model.trained.vocabulary, model.trained.tokenizer);
  std::vector<std::vector<uint32_t>> calibration;
  std::size_t tokens = 0;
  for (const std::string& line : lines) {
    calibration.push_back(tokenizer.encode(line));
    tokens += calibration.back().size();
  }
  const std::string name = std::filesystem::path(command.calibration).filename().string();
  fmt::print("{}: calibrating on {} sentences of {}, {} tokens\n", model.trained.name,
             lines.size(), name, tokens);
  std::fflush(stdout);

  IntegerModel integers{quantizeModel(model.trained.bert, calibration, {}), {}};
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  integers.origin = {
      {"calibration", name},
      {"calibration_xxh3", fmt::format("{:016x}", XXH3_64bits(text.data(), text.size()))},
      {"sentences", std::to_string(lines.size())},
      {"tokens", std::to_string(tokens)}};
  model.integers = std::move(integers);
  writeModelFile(command.out, model);
  uint64_t weights = 0;
  for (const Operator& op : model.integers->bert.graph.operators)
    if (const auto* linear = std::get_if<Linear>(&op)) weights += linear->weights.size();
  fmt::print("{}: {} operators, {:.1f} M weights of 8 bits; {:.1f} MB; {:.1f} s\n", command.out,
             model.integers->bert.graph.operators.size(), static_cast<double>(weights) / 1e6,
             static_cast<double>(std::filesystem::file_size(command.out)) / 1e6,
             std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  return kFine;
}

}  // namespace

void addQuantize(CLI::App& app, int& status) {
  auto* command =
      app.add_subcommand("quantize", "Find the integers of an imported model, after training");
  auto options = std::make_shared<QuantizeCommand>();
  command->add_option("model", options->model, "Model file (*.itf) of `intformer import`")
      ->required();
  command->add_option("--calibrate", options->calibration,
                      "Sentences of the kind that the model will see, one per line (default: the "
                      "English ones of configs/calibration)");
  command->add_option("--out", options->out, "Model file to write; may be the one that is read")
      ->required();
  command->footer(
      "Example:\n"
      "  intformer quantize build/models/minilm.itf --calibrate mine.txt --out mine.itf");
  command->callback(
      [options, &status] { status = orRefuse([&] { return quantize(*options); }); });
}

}  // namespace intformer::cli
