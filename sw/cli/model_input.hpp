#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sw/board/board.hpp"
#include "sw/graph/lengths.hpp"
#include "sw/import/trained_model.hpp"
#include "sw/model/bert.hpp"
#include "sw/quantizer/quantized_model.hpp"

namespace intformer::cli {

/// What a command line asks for as MODEL.
struct ModelRequest {
  /// *.toml: a shape, weights from the seed; *.itf: a trained model with its integers; a trained
  /// model's folder: the same, imported and quantized at once.
  std::string path;
  std::vector<uint32_t> seq;  ///< tokens of each sequence of a batch; their values from the seed
  std::optional<std::string> sentence;  ///< instead, for a trained model that reads texts
  std::string input;  ///< instead, for one that reads pictures or sounds: a file; empty: drawn
  /// Of a trained model without either: take a sentence of the program's own.
  bool ownSentence = false;
  const char* seqOption = "--seq";  ///< that gave the lengths
  bool encoderOnly = false;  ///< begin at the first layer, though the shape has an embedding
  std::optional<uint32_t> layers;  ///< the first ones; unset: all of a trained model, 1 of a shape
  uint64_t seed = 1;
  /// Integers::Left: of a shape or a folder only what compiling and estimating need.
  model::Integers integers = model::Integers::Drawn;
  bool reference = false;  ///< compute what float32 says, too
};

/// What a trained model says in float32 to the same tokens.
struct FloatReference {
  std::vector<std::string> pieces;  ///< one per row; none of a picture or sound
  floating::FloatMatrix states;     ///< last hidden states
};

/// A model with its input values.
struct ModelInput {
  std::string name;
  std::vector<uint32_t> seq;  ///< tokens of each sequence
  uint32_t layers = 0;
  uint32_t vocabulary = 0;  ///< of a trained model: drawn token ids lie below
  Graph graph;
  TensorValues inputs;
  std::optional<board::TrainedOutput> output;      ///< of a trained model with its integers
  importer::InputKind reads = importer::InputKind::Text;
  std::optional<FloatReference> reference;  ///< of such a one, when it was asked for
};

/// Values for a model's inputs as --seq draws them from a seed, for the lengths that its graph has.
TensorValues drawnInputs(const ModelInput& model, uint64_t seed);

/// Reads and builds the model. Faults are printed on stderr, and nothing is returned.
/// Throws ImportError, ItfError, ScaleError or std::invalid_argument for a trained model that is
/// refused.
std::optional<ModelInput> loadModel(const ModelRequest& request);

}  // namespace intformer::cli
