#pragma once

#include <string>
#include <vector>

#include "sw/float/float_model.hpp"

/// BERT's encoders: layers that normalize after each residual sum.
namespace intformer::importer::bert {

inline constexpr const char* kKind = "bert-encoder";

/// The encoder of a shape, without parameters. Tensors are named as those of buildBertEncoder
/// (sw/model/bert.hpp).
floating::FloatModel build(const floating::ModelShape& shape);

/// Reads config.json. `notes` receives a line for each key that is not known.
/// Throws ImportError that names every missing or impossible key.
floating::ModelShape readShape(const std::string& path, std::vector<std::string>* notes = nullptr);

/// Reads `directory`/config.json and model.safetensors or shards. `ignored` receives the names of
/// tensors that the encoder does not have (pooler, heads), `notes` lines for people.
/// Throws ImportError that names every missing or misshapen tensor.
floating::FloatModel read(const std::string& directory, std::vector<std::string>* ignored = nullptr,
                          std::vector<std::string>* notes = nullptr);

}  // namespace intformer::importer::bert
