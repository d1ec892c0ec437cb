#include "sw/import/trained_model.hpp"

#include <filesystem>

#include "sw/import/tokenizer_files.hpp"

namespace intformer::importer {
namespace {

namespace fs = std::filesystem;

}  // namespace

InputKind inputOf(const TrainedModel& model) {
  const ModelFamily* const family = familyNamed(model.network.kind);
  return family == nullptr ? InputKind::Text : family->input;
}

std::string folderName(const std::string& directory) {
  const fs::path path = fs::absolute(directory).lexically_normal();
  const fs::path last = (path.has_filename() ? path : path.parent_path()).filename();
  return (last.extension() == ".onnx" ? last.stem() : last).string();
}

tokenizer::Tokenizer importTokenizer(const std::string& directory, ImportNotes& notes) {
  const floating::ModelShape shape =
      familyOf(directory).readShape(directory, &notes.lines);
  const SentenceSettings sentences = readSentenceFiles(directory, shape.width, notes.lines);
  return readTokenizerFiles(directory, shape, sentences, notes.lines);
}

TrainedModel importFolder(const std::string& directory, ImportNotes& notes) {
  if (!isImported(directory))
    throw files::ImportError(directory + ": is not a folder; give the one with config.json, "
                                  "model.safetensors and vocab.txt or tokenizer.json, or with "
                                  "model.bin of CTranslate2, or an ONNX file");
  const ModelFamily& family = familyOf(directory);
  TrainedModel model;
  model.name = folderName(directory);
  model.network = family.read(directory, &notes.ignoredTensors, &notes.lines);
  if (family.input != InputKind::Text) return model;
  const floating::ModelShape& shape = model.network.shape;
  HeadNotes head;
  model.head = readHead(directory, shape.width, notes.ignoredTensors, head);
  SentenceSettings sentences = readSentenceFiles(directory, shape.width, notes.lines);
  const tokenizer::Tokenizer tokenizer =
      readTokenizerFiles(directory, shape, sentences, notes.lines);
  model.tokenizer = tokenizer.options();
  model.vocabulary = tokenizer.vocabulary();
  model.pooling = sentences.pooling;
  model.prompts = std::move(sentences.prompts);
  notes.lines.insert(notes.lines.end(), head.lines.begin(), head.lines.end());
  notes.leftOut = std::move(head.leftOut);
  return model;
}

}  // namespace intformer::importer
