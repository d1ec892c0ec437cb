#include "sw/cli/model_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <numeric>

#include "gen/config.hpp"
#include "sw/cli/sentences.hpp"
#include "sw/cli/trained.hpp"
#include "sw/float/run_float.hpp"
#include "sw/graph/check.hpp"
#include "sw/graph/lengths.hpp"
#include "sw/import/families.hpp"
#include "sw/model/bert.hpp"
#include "sw/model/random.hpp"
#include "sw/places/places.hpp"
#include "sw/quantizer/integer_form.hpp"
#include "sw/signals/frames.hpp"

namespace intformer::cli {

using itf::ModelFile;

namespace {

constexpr const char* kSentence = "The array never waits for the memory, and every bit agrees.";

/// Whether --layers asks for layers that a model has; says so if not.
bool hasLayers(const std::string& name, uint32_t has, uint32_t asked) {
  if (asked >= 1 && asked <= has) return true;
  fmt::print(stderr, "--layers {}: {} has 1 to {} layers\n", asked, name, has);
  return false;
}

/// Whether a model takes sequences of these lengths; says so if not. `positions` 0: it begins with
/// activations, which know no places.
bool takesLengths(const ModelRequest& request, const std::string& name, uint32_t positions,
                  const std::vector<uint32_t>& seq) {
  if (std::ranges::any_of(seq, [](uint32_t n) { return n == 0 || n > kMaxTokens; }) ||
      std::accumulate(seq.begin(), seq.end(), uint64_t{0}) > kMaxTokens) {
    fmt::print(stderr, "{0} must be 1 to {1}, or several of them as 128,77,30 (at most {1} tokens "
                       "in all)\n", request.seqOption, kMaxTokens);
    return false;
  }
  if (positions == 0 || std::ranges::all_of(seq, [&](uint32_t n) { return n <= positions; }))
    return true;
  fmt::print(stderr, "{} {}: {} knows {} positions\n", request.seqOption, lengthsText(seq), name,
             positions);
  return false;
}

/// Whether the options that say what a trained model works on agree; says so if not.
bool saysTokens(const ModelRequest& request) {
  if (request.encoderOnly)
    fmt::print(stderr, "--encoder-only: a trained model begins with its embedding\n");
  else if (!request.input.empty())
    fmt::print(stderr, "--input {}: {} reads texts; give --sentence\n", request.input, request.path);
  else if (!request.seq.empty() && request.sentence)
    fmt::print(stderr, "--seq {} and --sentence: a sentence has a length of its own; give one of "
                       "them\n", lengthsText(request.seq));
  else if (request.seq.empty() && !request.sentence && !request.ownSentence)
    fmt::print(stderr, "give the tokens of a trained model: --seq N, for all sentences of N "
                       "tokens, or --sentence TEXT\n");
  else
    return true;
  return false;
}

/// The same of a model that reads pictures or sounds.
bool saysFrames(const ModelRequest& request, importer::InputKind reads) {
  if (request.encoderOnly)
    fmt::print(stderr, "--encoder-only: a trained model begins with its embedding\n");
  else if (request.sentence)
    fmt::print(stderr, "--sentence: {} reads {}; give --input FILE, or --seed for a drawn one\n",
               request.path, importer::inputName(reads));
  else if (!request.seq.empty() && !request.input.empty())
    fmt::print(stderr, "--seq {} and --input: a file has a length of its own; give one of them\n",
               lengthsText(request.seq));
  else
    return true;
  return false;
}

std::vector<std::vector<uint32_t>> drawTokens(const std::vector<uint32_t>& lengths,
                                              uint32_t vocabulary, uint64_t seed) {
  std::vector<std::vector<uint32_t>> tokens;
  model::Random random(seed);
  for (const uint32_t length : lengths)
    for (uint32_t& id : tokens.emplace_back(length)) id = random.below(vocabulary);
  return tokens;
}

/// Token ids of the sentence, or of --seq, drawn among the vocabulary's pieces.
std::vector<std::vector<uint32_t>> tokensOf(const ModelRequest& request,
                                            const tokenizer::Tokenizer& tokenizer) {
  if (request.seq.empty()) return encodeAll(tokenizer, {request.sentence.value_or(kSentence)});
  return drawTokens(request.seq, static_cast<uint32_t>(tokenizer.size()), request.seed);
}

/// A folder's first layers, as `import` reads them.
std::optional<ModelFile> importedFolder(const ModelRequest& request) {
  ModelFile file;
  file.trained = importTrained(request.path);
  floating::FloatModel& network = file.trained.network;
  const uint32_t layers = request.layers.value_or(network.shape.layers);
  if (!hasLayers(file.trained.name, network.shape.layers, layers)) return std::nullopt;
  floating::keepLayers(network, layers);
  return file;
}

std::optional<ModelFile> wholeFile(const ModelRequest& request, ModelFile file) {
  const uint32_t layers = file.trained.network.shape.layers;
  static_cast<void>(itf::integersOf(file, request.path));
  if (request.layers.value_or(layers) == layers) return file;
  fmt::print(stderr,
             "--layers {}: {} holds integers for all of its {} layers and runs whole; the folder "
             "that it was imported from runs with fewer\n",
             *request.layers, request.path, layers);
  return std::nullopt;
}

/// The graph of a folder's model without its integers, which take long to find.
std::optional<ModelInput> folderShape(const ModelRequest& request) {
  const std::string name = importer::folderName(request.path);
  const importer::ModelFamily& family = importer::familyOf(request.path);
  floating::FloatModel network = family.build(family.readShape(request.path, nullptr));
  ModelInput model;
  model.name = name;
  model.reads = family.input;
  model.layers = request.layers.value_or(network.shape.layers);
  if (!hasLayers(name, network.shape.layers, model.layers) ||
      !takesLengths(request, name, network.shape.positions, request.seq))
    return std::nullopt;
  floating::keepLayers(network, model.layers);
  const quantizer::IntegerForm form = quantizer::integerForm(network.graph);
  model.graph = form.graph;
  model.graph.name = name;
  if (family.input != importer::InputKind::Text) {  // frames have no say in cycles
    model.seq = request.seq.empty() ? std::vector{network.shape.positions} : request.seq;
    setLengths(model.graph, model.seq);
    model.inputs = model::seededInputs(model.graph, request.seed);
    return model;
  }
  importer::ImportNotes notes;
  const auto tokens = tokensOf(request, importer::importTokenizer(request.path, notes));
  model.seq = lengthsOf(tokens);
  setLengths(model.graph, model.seq);
  model.inputs = tokenInputs(model.graph, tokens);
  return model;
}

/// Pictures or sounds of a model that reads such: the file's, or those of the seed and the next ones, one
/// for each length.
signals::Frames framesOf(const ModelRequest& request, const floating::FloatModel& network,
                         importer::InputKind reads) {
  if (!request.input.empty()) return signals::readFrames(reads, network.shape, request.input);
  signals::Frames all;
  uint64_t seed = request.seed;
  for (const uint32_t tokens :
       request.seq.empty() ? std::vector{network.shape.positions} : request.seq)
    all.add(signals::firstOf(signals::drawFrames(reads, network.shape, seed++), tokens));
  return all;
}

/// Tokens and frames of a model that reads pictures or sounds, and what float32 says to them.
void takeFrames(const ModelRequest& request, const floating::FloatModel& network,
                quantizer::QuantizedModel integers, ModelInput& model) {
  const signals::Frames frames = framesOf(request, network, model.reads);
  if (request.reference)
    model.reference.emplace().states = floating::floatOutput(network.graph, frames.batch());
  model.seq = lengthsOf(frames.sequences);
  model.graph = integers.graph;
  setLengths(model.graph, model.seq);
  model.inputs = quantizer::modelInputs(integers, model.graph, frames.batch());
}

std::optional<ModelInput> loadTrained(const ModelRequest& request) {
  const std::filesystem::path path = request.path;
  const bool isFolder = importer::isImported(request.path);
  std::optional<ModelFile> file;
  if (!isFolder) file = itf::readModelFile(request.path);
  const importer::InputKind reads = isFolder ? importer::familyOf(request.path).input
                                             : importer::inputOf(file->trained);
  if (reads == importer::InputKind::Text ? !saysTokens(request) : !saysFrames(request, reads))
    return std::nullopt;
  if (isFolder && request.integers == model::Integers::Left) return folderShape(request);

  file = isFolder ? importedFolder(request) : wholeFile(request, std::move(*file));
  if (!file) return std::nullopt;
  const importer::TrainedModel& trained = file->trained;
  ModelInput model;
  model.name = isFolder ? trained.name : path.stem().string();
  model.layers = trained.network.shape.layers;
  if (!takesLengths(request, model.name, trained.network.shape.positions, request.seq))
    return std::nullopt;
  if (isFolder) {
    file->integers = quantizeTrained(trained);
    fmt::print("quantized for now; `intformer import` and `quantize` keep it in a file\n\n");
  }
  model.reads = reads;
  if (reads != importer::InputKind::Text) {
    const quantizer::QuantizedModel& integers = file->integers->model;
    model.output = {integers.output8, integers.output16, integers.outputStep, {}};
    takeFrames(request, trained.network, integers, model);
    return model;
  }
  const tokenizer::Tokenizer tokenizer(trained.vocabulary, trained.tokenizer);
  const auto tokens = tokensOf(request, tokenizer);
  quantizer::QuantizedModel integers = std::move(file->integers->model);
  if (request.reference) {
    FloatReference& reference = model.reference.emplace();
    reference.states = floating::floatOutput(trained.network.graph, tokens);
    for (const auto& sequence : tokens)
      for (const uint32_t token : sequence) reference.pieces.push_back(tokenizer.piece(token));
  }
  model.output = {integers.output8, integers.output16, std::move(integers.outputStep),
                  trained.pooling};
  model.seq = lengthsOf(tokens);
  model.vocabulary = static_cast<uint32_t>(tokenizer.size());
  model.graph = withLengths(std::move(integers.graph), model.seq);
  model.inputs = tokenInputs(model.graph, tokens);
  return model;
}

std::optional<ModelInput> loadSeeded(const ModelRequest& request) {
  const model::ModelSpecResult spec = model::loadModelSpec(places::hereOrOwn(request.path));
  if (!spec.spec && loadConfig(places::hereOrOwn(request.path)).plan) {
    fmt::print(stderr, "{}: a hardware config, not a model, as configs/models/tiny.toml is one\n",
               request.path);
    return std::nullopt;
  }
  for (const Diagnostic& fault : spec.diagnostics) fmt::print(stderr, "{}\n", fault.text());
  if (!spec.spec) return std::nullopt;
  if (request.sentence || !request.input.empty()) {
    fmt::print(stderr, "{}: only a trained model reads one; give --seq\n",
               request.sentence ? "--sentence" : "--input");
    return std::nullopt;
  }
  const std::vector<uint32_t> seq = request.seq.empty() && spec.spec->seq
                                        ? std::vector{*spec.spec->seq}
                                        : request.seq;
  if (seq.empty()) {
    fmt::print(stderr, "give --seq N, the tokens of each sequence\n");
    return std::nullopt;
  }
  const uint32_t layers = request.layers.value_or(1);
  if (!hasLayers(spec.spec->name, spec.spec->layers, layers)) return std::nullopt;
  ModelInput model;
  model.name = spec.spec->name;
  model.seq = seq;
  model.layers = layers;
  const bool fromTokens = spec.spec->vocabulary != 0 && !request.encoderOnly;
  if (!takesLengths(request, spec.spec->name, fromTokens ? spec.spec->positions : 0, seq))
    return std::nullopt;
  model.graph =
      model::buildModel(*spec.spec, layers, seq, request.seed,
                        fromTokens ? model::EncoderInput::Tokens : model::EncoderInput::Activations,
                        request.integers);
  model.inputs = model::seededInputs(model.graph, request.seed);
  return model;
}

}  // namespace

TensorValues drawnInputs(const ModelInput& model, uint64_t seed) {
  return model.vocabulary == 0
             ? model::seededInputs(model.graph, seed)
             : tokenInputs(model.graph, drawTokens(model.seq, model.vocabulary, seed));
}

std::optional<ModelInput> loadModel(const ModelRequest& request) {
  const std::filesystem::path path = request.path;
  const bool trained = importer::isImported(request.path) || path.extension() == ".itf";
  return trained ? loadTrained(request) : loadSeeded(request);
}

}  // namespace intformer::cli
