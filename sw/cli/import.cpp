#include <fmt/format.h>

#include <filesystem>
#include <memory>

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

importer::TrainedModel importTrained(const std::string& folder, bool* whole) {
  importer::ImportNotes notes;
  importer::TrainedModel model = importer::importFolder(folder, notes);
  const floating::ModelShape& shape = model.network.shape;
  fmt::print("{}: {} layers, width {}, {} heads, ffn {}, {} pieces, {} positions\n", model.name,
             shape.layers, shape.width, shape.heads, shape.ffn, model.vocabulary.size(),
             shape.positions);
  for (const std::string& line : notes.lines) fmt::print("{}\n", line);
  for (const std::string& part : notes.leftOut) fmt::print("left out, not known: {}\n", part);
  if (!notes.ignoredTensors.empty())
    fmt::print("left out, not part of encoder and head: {}\n",
               fmt::join(notes.ignoredTensors, " "));
  if (whole != nullptr) *whole = notes.leftOut.empty() && notes.ignoredTensors.empty();
  return model;
}

void addImport(CLI::App& app, int& status) {
  auto* command = app.add_subcommand(
      "import", "Read a trained BERT encoder in Hugging Face's layout into one model file");
  auto options = std::make_shared<ImportOptions>();
  command->add_option("folder", options->folder,
                      "Folder with config.json, model.safetensors (or its shards) and vocab.txt or "
                      "tokenizer.json; all other files of transformers and sentence-transformers "
                      "are read, too, and what cannot be honoured is refused")
      ->type_name(kind::kModel)
      ->required();
  command->add_option("--out", options->out, "Model file to write (*.itf)")
      ->type_name(kind::kModelOut)
      ->required();
  command->add_flag("--strict", options->strict,
                    "Refuse a folder of which a part would be left out");
  command->add_flag("--no-hint", options->noHint, "Do not print the command that comes next");
  command->footer("What is left out of the folder is named. Exit status: 0, or 1 for a folder that is\n"
                  "refused.\n"
                  "Example:\n  intformer import build/models/minilm --out build/models/minilm.itf");
  command->callback(
      [options, &status] { status = orRefuse([&] { return import(*options); }); });
}

}  // namespace intformer::cli
