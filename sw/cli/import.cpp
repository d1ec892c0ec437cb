#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include "sw/cli/commands.hpp"
#include "sw/cli/kinds.hpp"
#include "sw/cli/refusals.hpp"
#include "sw/cli/trained.hpp"

namespace intformer::cli {
namespace {

struct ImportOptions {
  std::string folder;
  std::string out;
  bool strict = false;
  bool noHint = false;
};

std::string countText(uint64_t bytes) {
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

/// Some of them, where there are many.
std::string namesText(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 24;
  std::string text;
  for (std::size_t i = 0; i < std::min(kMost, names.size()); ++i)
    text += (i == 0 ? "" : " ") + names[i];
  return names.size() > kMost ? fmt::format("{} and {} more", text, names.size() - kMost) : text;
}

int import(const ImportOptions& options) {
  itf::ModelFile model;
  bool whole = true;
  model.trained = importTrained(options.folder, &whole);
  if (options.strict && !whole)
    throw files::ImportError(options.folder +
                             ": is not taken whole, and --strict asks for that; nothing "
                             "is written");
  itf::writeModelFile(options.out, model);
  fmt::print("{}: {}\n", options.out, countText(std::filesystem::file_size(options.out)));
  if (!options.noHint)
    fmt::print("next: intformer quantize {} --out {}\n", options.out, options.out);
  return kFine;
}

}  // namespace

void demandTexts(const importer::TrainedModel& model, const std::string& path) {
  if (const importer::InputKind input = importer::inputOf(model); input != importer::InputKind::Text)
    throw std::runtime_error(
        fmt::format("{}: a {} reads {}, not texts; features, run, estimate and compile take it", path,
                    model.network.kind, importer::inputName(input)));
}

importer::TrainedModel importTrained(const std::string& folder, bool* whole) {
  importer::ImportNotes notes;
  importer::TrainedModel model = importer::importFolder(folder, notes);
  const floating::ModelShape& shape = model.network.shape;
  const importer::InputKind input = importer::inputOf(model);
  fmt::print("{}: {} layers, width {}, {} heads, ffn {}, {}, {} positions\n", model.name,
             shape.layers, shape.width, shape.heads, shape.ffn,
             input == importer::InputKind::Text
                 ? fmt::format("{} pieces", model.vocabulary.size())
                 : fmt::format("{} in frames of {}", importer::inputName(input), shape.frame),
             shape.positions);
  for (const std::string& line : notes.lines) fmt::print("{}\n", line);
  for (const std::string& part : notes.leftOut) fmt::print("left out, not known: {}\n", part);
  if (!notes.ignoredTensors.empty())
    fmt::print("left out, not part of encoder and head: {}\n", namesText(notes.ignoredTensors));
  if (whole != nullptr) *whole = notes.leftOut.empty() && notes.ignoredTensors.empty();
  return model;
}

void addImport(CLI::App& app, int& status) {
  auto* command = app.add_subcommand(
      "import", "Read a trained model into one model file");
  auto options = std::make_shared<ImportOptions>();
  command->add_option("folder", options->folder,
                      "BERT encoder in Hugging Face's layout: a folder with config.json, "
                      "model.safetensors (or its shards) and vocab.txt or tokenizer.json; all other "
                      "files of transformers and sentence-transformers are read, too, and what "
                      "cannot be honoured is refused. Vision transformer: an ONNX file (*.onnx). "
                      "Whisper's encoder: a folder with model.bin of CTranslate2")
      ->type_name(kind::kModel)
      ->required();
  command->add_option("--out", options->out, "Model file to write (*.itf)")
      ->type_name(kind::kModelOut)
      ->required();
  command->add_flag("--strict", options->strict,
                    "Refuse a model of which a part would be left out");
  command->add_flag("--no-hint", options->noHint, "Do not print the command that comes next");
  command->footer("What is left out of the folder is named. Exit status: 0, or 1 for a folder that is\n"
                  "refused.\n"
                  "Examples:\n  intformer import build/models/minilm --out build/models/minilm.itf\n"
                  "  intformer import build/models/vit/model.onnx --out build/models/vit.itf");
  command->callback(
      [options, &status] { status = orRefuse([&] { return import(*options); }); });
}

}  // namespace intformer::cli
