#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sw/float/float_model.hpp"

namespace intformer::importer {

/// What a model is given.
enum class InputKind : uint8_t { Text, Picture, Sound };
/// "texts"
std::string_view inputName(InputKind kind);

/// Networks that model files hold: each is a file of its own, which nothing else names.
struct ModelFamily {
  const char* kind;                         ///< in model files: "bert-encoder"
  InputKind input;
  floating::FloatModel (*build)(const floating::ModelShape& shape);  ///< without parameters
  /// Why a shape of a model file is none of the family's; empty: it is one. Beyond what holds for all.
  std::string (*faultOf)(const floating::ModelShape& shape);
  /// Of the folder or file that import takes: its sizes, and all of it.
  floating::ModelShape (*readShape)(const std::string& path, std::vector<std::string>* notes);
  floating::FloatModel (*read)(const std::string& path, std::vector<std::string>* ignored,
                               std::vector<std::string>* notes);
};

/// Null: there is none of that name.
const ModelFamily* familyNamed(std::string_view kind);
/// "bert-encoder": all of them, for messages.
std::string familyNames();
/// The family of what can be imported: an ONNX file's, of a folder with CTranslate2's model.bin, or that
/// of Hugging Face's folders.
const ModelFamily& familyOf(const std::string& path);
/// Whether a path names something that is imported: a folder or an ONNX file.
bool isImported(const std::string& path);

}  // namespace intformer::importer
