#include "sw/cli/model_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <numeric>

#include "sw/itf/model_file.hpp"
#include "sw/model/bert.hpp"
#include "sw/model/lengths.hpp"

namespace intformer::cli {
namespace {

constexpr const char* kSentence = "The array never waits for the memory, and every bit agrees.";

/// The whole model of a model file on one sentence.
RealLayer loadModelFile(const std::string& path, const std::string& sentence) {
  const ModelFile file = readModelFile(path);
  const Tokenizer tokenizer(file.trained.vocabulary, file.trained.tokenizer);
  const std::vector<std::vector<uint32_t>> tokens = {tokenizer.encode(sentence)};
  RealLayer real;
  for (const uint32_t token : tokens[0]) real.pieces.push_back(tokenizer.piece(token));
  real.quantized = integersOf(file, path).bert;
  setLengths(real.quantized.graph, {{static_cast<uint32_t>(tokens[0].size())}});
  real.inputs = tokenInputs(real.quantized.graph, tokens);
  real.reference = runFloatBert(file.trained.bert, tokens);
  return real;
}

std::optional<ModelInput> loadTrained(const ModelRequest& request) {
  if (!request.seq.empty()) {
    fmt::print(stderr, "--seq {}: a trained model takes its tokens from --sentence\n",
               lengthsText(request.seq));
    return std::nullopt;
  }
  const std::string sentence = request.sentence.empty() ? kSentence : request.sentence;
  const bool isFolder = std::filesystem::is_directory(request.path);
  RealLayer real = isFolder ? importRealLayer(request.path, sentence, request.layers.value_or(1))
                            : loadModelFile(request.path, sentence);
  ModelInput model;
  model.name = std::filesystem::path(request.path).stem().string();
  model.seq = {static_cast<uint32_t>(real.pieces.size())};
  for (const Operator& op : real.quantized.graph.operators)
    if (std::holds_alternative<Attention>(op)) ++model.layers;
  if (request.layers.value_or(model.layers) != model.layers) {
    fmt::print(stderr, "--layers {}: a model file runs whole, {} layers\n", *request.layers,
               model.layers);
    return std::nullopt;
  }
  model.graph = real.quantized.graph;
  model.inputs = real.inputs;
  model.real = std::move(real);
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
  if (layers == 0 || layers > spec.spec->layers) {
    fmt::print(stderr, "--layers {}: {} has 1 to {} layers\n", layers, spec.spec->name,
               spec.spec->layers);
    return std::nullopt;
  }
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
