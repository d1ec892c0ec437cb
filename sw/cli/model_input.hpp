#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sw/model/bert.hpp"
#include "sw/model/graph.hpp"
#include "sw/quantizer/quantized_bert.hpp"

namespace intformer::cli {

/// What a command line asks for as MODEL.
struct ModelRequest {
  /// *.toml: a shape, weights from the seed; *.itf: a trained model with its integers; a trained
  /// model's folder: the same, imported and quantized at once.
  std::string path;
  /// Tokens of each sequence of a batch; a trained model's come from its sentence.
  std::vector<uint32_t> seq;
  std::string sentence;  ///< for a trained model
  bool encoderOnly = false;  ///< begin at the first layer, though the shape has an embedding
  std::optional<uint32_t> layers;  ///< the first ones; unset: all of a trained model, 1 of a shape
  uint64_t seed = 1;
  /// Integers::Left: of a shape or a folder only what compiling and estimating need.
  Integers integers = Integers::Drawn;
};

/// What a trained model says in float32 to the same sentence.
struct FloatReference {
  std::vector<std::string> pieces;  ///< of the sentence, one per row
  FloatMatrix states;               ///< its last hidden states
  TensorId output16 = kNoTensor;    ///< the same of the integers,
  std::vector<double> outputStep;   ///< and what they are worth (QuantizedBert)
};

/// A model with its input values.
struct ModelInput {
  std::string name;
  std::vector<uint32_t> seq;  ///< tokens of each sequence
  uint32_t layers = 0;
  Graph graph;
  TensorValues inputs;
  std::optional<FloatReference> reference;  ///< of a trained model with its integers
};

/// "128,77,30": for messages.
std::string lengthsText(const std::vector<uint32_t>& lengths);

/// Reads and builds the model. Faults are printed on stderr, and nothing is returned.
/// Throws ImportError, ItfError, ScaleError or std::invalid_argument for a trained model that is
/// refused.
std::optional<ModelInput> loadModel(const ModelRequest& request);

}  // namespace intformer::cli
