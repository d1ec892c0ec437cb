#include "sw/cli/model_input.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

#include "sw/model/bert.hpp"

namespace intformer::cli {
namespace {

constexpr const char* kSentence = "The array never waits for the memory, and every bit agrees.";

std::optional<ModelInput> loadTrained(const ModelRequest& request) {
  if (request.seq != 0) {
    fmt::print(stderr, "--seq {}: a trained model takes its tokens from --sentence\n", request.seq);
    return std::nullopt;
  }
  RealLayer real = importRealLayer(
      request.path, request.sentence.empty() ? kSentence : request.sentence, request.layers);
  ModelInput model;
  model.name = std::filesystem::path(request.path).filename().string();
  model.seq = static_cast<uint32_t>(real.pieces.size());
  model.layers = request.layers;
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
  if (request.seq == 0 || request.seq > 4096) {
    fmt::print(stderr, "--seq must be 1 to 4096\n");
    return std::nullopt;
  }
  if (request.layers == 0 || request.layers > spec.spec->layers) {
    fmt::print(stderr, "--layers {}: {} has 1 to {} layers\n", request.layers, spec.spec->name,
               spec.spec->layers);
    return std::nullopt;
  }
  ModelInput model;
  model.name = spec.spec->name;
  model.seq = request.seq;
  model.layers = request.layers;
  model.graph = buildBertEncoder(*spec.spec, request.layers, request.seq, request.seed);
  model.inputs = seededInputs(model.graph, request.seed);
  return model;
}

}  // namespace

std::optional<ModelInput> loadModel(const ModelRequest& request) {
  return std::filesystem::is_directory(request.path) ? loadTrained(request) : loadSeeded(request);
}

}  // namespace intformer::cli
