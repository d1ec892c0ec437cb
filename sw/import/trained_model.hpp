#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sw/float/float_model.hpp"
#include "sw/import/families.hpp"
#include "sw/import/head.hpp"
#include "sw/import/sentence_files.hpp"
#include "sw/tokenizer/tokenizer.hpp"

namespace intformer::importer {

/// Everything that sentences need to become embeddings in float32, and texts and pairs what the head
/// makes of them. Of a model that reads pictures or sounds there is the network alone.
struct TrainedModel {
  std::string name;  ///< of its folder or file
  floating::FloatModel network;
  std::vector<std::string> vocabulary;
  tokenizer::TokenizerOptions tokenizer;  ///< with the default prompt, if there is one
  Pooling pooling;
  std::optional<Head> head;
  std::map<std::string, std::string> prompts;  ///< by name: what may stand before a text
};

/// What the model is given, by its kind.
InputKind inputOf(const TrainedModel& model);

/// What importFolder took from where, and what it assumed or left out; lines for people.
struct ImportNotes {
  std::vector<std::string> lines;
  std::vector<std::string> ignoredTensors;
  std::vector<std::string> leftOut;  ///< parts that are not known, beside tensors
};

/// The last part of its path, without ".onnx": what the model is called.
std::string folderName(const std::string& directory);

/// The tokenizer alone of a folder that importFolder reads; positions by config.json.
/// Throws ImportError.
tokenizer::Tokenizer importTokenizer(const std::string& directory, ImportNotes& notes);

/// Reads a model. Of a vision transformer's ONNX file, or a folder with a speech encoder of
/// CTranslate2, there is the network alone. A folder in Hugging Face's layout is read whole: what transformers and sentence-transformers read
/// of such a folder is honoured, known to change nothing, or refused (sw/import/folder_keys.hpp).
/// Throws ImportError with file, place and reason.
TrainedModel importFolder(const std::string& directory, ImportNotes& notes);

}  // namespace intformer::importer
