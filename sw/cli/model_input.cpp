#include "sw/cli/model_input.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "sw/model/bert.hpp"

namespace intformer::cli {

std::optional<ModelInput> loadModel(const ModelRequest& request) {
  const ModelSpecResult spec = loadModelSpec(request.path);
  for (const Diagnostic& fault : spec.diagnostics) fmt::print(stderr, "{}\n", fault.text());
  if (!spec.spec) return std::nullopt;
  if (request.seq == 0) {
    fmt::print(stderr, "--seq must be at least 1\n");
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

}  // namespace intformer::cli
