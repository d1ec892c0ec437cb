#include "sw/cli/model_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <numeric>

#include "sw/cli/sentences.hpp"
#include "sw/cli/trained.hpp"
#include "sw/model/bert.hpp"
#include "sw/model/lengths.hpp"

namespace intformer::cli {
namespace {

constexpr const char* kSentence = "The array never waits for the memory, and every bit agrees.";

/// Whether --layers asks for layers that a model has; says so if not.
bool hasLayers(const std::string& name, uint32_t has, uint32_t asked) {
  if (asked >= 1 && asked <= has) return true;
  fmt::print(stderr, "--layers {}: {} has 1 to {} layers\n", asked, name, has);
  return false;
}

/// A folder as `import` and `quantize` would make a model file of its first layers.
std::optional<ModelFile> quantizedFolder(const ModelRequest& request) {
  ModelFile file;
  file.trained = importTrained(request.path);
  FloatBert& bert = file.trained.bert;
  const uint32_t layers = request.layers.value_or(bert.config.layers);
  if (!hasLayers(file.trained.name, bert.config.layers, layers)) return std::nullopt;
  keepLayers(bert, layers);
  file.integers = quantizeTrained(file.trained);
  fmt::print("quantized for now; `intformer import` and `quantize` keep it in a file\n\n");
  return file;
}

std::optional<ModelFile> wholeFile(const ModelRequest& request) {
  ModelFile file = readModelFile(request.path);
  const uint32_t layers = file.trained.bert.config.layers;
  static_cast<void>(integersOf(file, request.path));
  if (request.layers.value_or(layers) == layers) return file;
  fmt::print(stderr,
             "--layers {}: {} holds integers for all of its {} layers and runs whole; the folder "
             "that it was imported from runs with fewer\n",
             *request.layers, request.path, layers);
  return std::nullopt;
}

/// The graph of a folder's model without its integers, which take long to find.
std::optional<ModelInput> folderShape(const ModelRequest& request, const std::string& sentence) {
  const std::string name = folderName(request.path);
  const ModelSpec spec = shapeOf(readBertConfig(request.path + "/config.json"), name);
  ImportNotes notes;
  const auto tokens = encodeAll(importTokenizer(request.path, notes), {sentence});
  ModelInput model;
  model.name = name;
  model.seq = {static_cast<uint32_t>(tokens[0].size())};
  model.layers = request.layers.value_or(spec.layers);
  if (!hasLayers(name, spec.layers, model.layers)) return std::nullopt;
  model.graph = buildBertEncoder(spec, model.layers, model.seq, request.seed,
                                 EncoderInput::Tokens, Integers::Left);
  model.inputs = tokenInputs(model.graph, tokens);
  return model;
}

std::optional<ModelInput> loadTrained(const ModelRequest& request) {
  if (!request.seq.empty()) {
    fmt::print(stderr, "--seq {}: a trained model takes its tokens from --sentence\n",
               lengthsText(request.seq));
    return std::nullopt;
  }
  if (request.encoderOnly) {
    fmt::print(stderr, "--encoder-only: a trained model begins with its embedding\n");
    return std::nullopt;
  }
  const std::string sentence = request.sentence.empty() ? kSentence : request.sentence;
  const std::filesystem::path path = request.path;
  const bool isFolder = std::filesystem::is_directory(path);
  if (isFolder && request.integers == Integers::Left) return folderShape(request, sentence);

  std::optional<ModelFile> file = isFolder ? quantizedFolder(request) : wholeFile(request);
  if (!file) return std::nullopt;
  const TrainedModel& trained = file->trained;
  const Tokenizer tokenizer(trained.vocabulary, trained.tokenizer);
  const auto tokens = encodeAll(tokenizer, {sentence});
  QuantizedBert integers = std::move(file->integers->bert);
  FloatReference reference;
  reference.states = runFloatBert(trained.bert, tokens);
  reference.output16 = integers.output16;
  reference.outputStep = integers.outputStep;
  for (const uint32_t token : tokens[0]) reference.pieces.push_back(tokenizer.piece(token));
  ModelInput model;
  model.name = isFolder ? trained.name : path.stem().string();
  model.seq = {static_cast<uint32_t>(tokens[0].size())};
  model.layers = trained.bert.config.layers;
  model.graph = withLengths(std::move(integers.graph), model.seq);
  model.inputs = tokenInputs(model.graph, tokens);
  model.reference = std::move(reference);
  return model;
}

std::optional<ModelInput> loadSeeded(const ModelRequest& request) {
  const ModelSpecResult spec = loadModelSpec(request.path);
  for (const Diagnostic& fault : spec.diagnostics) fmt::print(stderr, "{}\n", fault.text());
  if (!spec.spec) return std::nullopt;
  if (!request.sentence.empty()) {
    fmt::print(stderr, "--sentence: only a trained model reads one; give --seq\n");
    return std::nullopt;
  }
  const std::vector<uint32_t> seq = request.seq.empty() && spec.spec->seq
                                        ? std::vector{*spec.spec->seq}
                                        : request.seq;
  if (seq.empty() ||
      std::ranges::any_of(seq, [](uint32_t n) { return n == 0 || n > 4096; }) ||
      std::accumulate(seq.begin(), seq.end(), uint64_t{0}) > 65535) {
    fmt::print(stderr, "--seq must be 1 to 4096, or several of them as 128,77,30 (at most 65535 "
                       "tokens in all)\n");
    return std::nullopt;
  }
  const uint32_t layers = request.layers.value_or(1);
  if (!hasLayers(spec.spec->name, spec.spec->layers, layers)) return std::nullopt;
  ModelInput model;
  model.name = spec.spec->name;
  model.seq = seq;
  model.layers = layers;
  const bool fromTokens = spec.spec->vocabulary != 0 && !request.encoderOnly;
  if (fromTokens && std::ranges::max(seq) > spec.spec->positions) {
    fmt::print(stderr, "--seq {}: {} knows {} positions\n", lengthsText(seq),
               spec.spec->name, spec.spec->positions);
    return std::nullopt;
  }
  model.graph = buildModel(*spec.spec, layers, seq, request.seed,
                           fromTokens ? EncoderInput::Tokens : EncoderInput::Activations,
                           request.integers);
  model.inputs = seededInputs(model.graph, request.seed);
  return model;
}

}  // namespace

std::string lengthsText(const std::vector<uint32_t>& lengths) {
  std::string text;
  for (const uint32_t length : lengths) {
    if (!text.empty()) text += ',';
    text += std::to_string(length);
  }
  return text;
}

std::optional<ModelInput> loadModel(const ModelRequest& request) {
  const std::filesystem::path path = request.path;
  const bool trained = std::filesystem::is_directory(path) || path.extension() == ".itf";
  return trained ? loadTrained(request) : loadSeeded(request);
}

}  // namespace intformer::cli
