#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sw/model/bert.hpp"
#include "sw/model/graph.hpp"
#include "sw/quantizer/real_layer.hpp"

namespace intformer::cli {

/// What a command line asks for as MODEL.
struct ModelRequest {
  /// *.toml: a shape, weights from the seed; *.itf: a trained model, whole; a trained model's
  /// folder: its first layers.
  std::string path;
  /// Tokens of each sequence of a batch; a trained model's come from its sentence.
  std::vector<uint32_t> seq;
  std::string sentence;  ///< for a trained model
  bool encoderOnly = false;  ///< begin at the first layer, though the model has an embedding
  std::optional<uint32_t> layers;  ///< unset: all of a model file, else 1
  uint64_t seed = 1;
  /// Integers::Left: of a shape only what compiling and estimating need.
  Integers integers = Integers::Drawn;
};

/// A model with its input values.
struct ModelInput {
  std::string name;
  std::vector<uint32_t> seq;  ///< tokens of each sequence
  uint32_t layers = 0;
  Graph graph;
  TensorValues inputs;
  std::optional<RealLayer> real;  ///< of a trained model: the float reference
};

/// "128,77,30": for messages.
std::string lengthsText(const std::vector<uint32_t>& lengths);

/// Reads and builds the model. Faults are printed on stderr, and nothing is returned.
/// Throws ImportError, ItfError or ScaleError for a trained model that is refused.
std::optional<ModelInput> loadModel(const ModelRequest& request);

}  // namespace intformer::cli
