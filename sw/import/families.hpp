#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sw/float/float_model.hpp"

namespace intformer::importer {

/// Networks that model files hold: each is a file of its own, which nothing else names.
struct ModelFamily {
  const char* kind;                         ///< in model files: "bert-encoder"
  floating::FloatModel (*build)(const floating::ModelShape& shape);  ///< without parameters
  /// Of a folder in Hugging Face's layout: its config.json, and all of it (sw/import/bert.hpp).
  floating::ModelShape (*readShape)(const std::string& path, std::vector<std::string>* notes);
  floating::FloatModel (*read)(const std::string& directory, std::vector<std::string>* ignored,
                               std::vector<std::string>* notes);
};

/// Null: there is none of that name.
const ModelFamily* familyNamed(std::string_view kind);
/// "bert-encoder": all of them, for messages.
std::string familyNames();
/// The family of folders that can be imported.
const ModelFamily& folderFamily();

}  // namespace intformer::importer
