#pragma once

#include <optional>
#include <string>

#include "sw/model/graph.hpp"

namespace intformer::cli {

/// What a command line asks for as MODEL.
struct ModelRequest {
  std::string path;  ///< configs/models/*.toml: a shape, weights drawn from the seed
  uint32_t seq = 0;  ///< tokens
  uint32_t layers = 1;
  uint64_t seed = 1;
};

/// A model with its input values.
struct ModelInput {
  std::string name;
  uint32_t seq = 0;
  uint32_t layers = 0;
  Graph graph;
  TensorValues inputs;
};

/// Reads and builds the model. Faults are printed on stderr, and nothing is returned.
std::optional<ModelInput> loadModel(const ModelRequest& request);

}  // namespace intformer::cli
