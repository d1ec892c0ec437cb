#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sw/float/float_model.hpp"
#include "sw/import/head.hpp"
#include "sw/import/sentence_files.hpp"
#include "sw/tokenizer/tokenizer.hpp"

namespace intformer::importer {

/// Everything that sentences need to become embeddings in float32, and texts and pairs what the head
/// makes of them.
struct TrainedModel {
  std::string name;  ///< of its folder
  floating::FloatModel network;
  std::vector<std::string> vocabulary;
  tokenizer::TokenizerOptions tokenizer;  ///< with the default prompt, if there is one
  Pooling pooling;
  std::optional<Head> head;
  std::map<std::string, std::string> prompts;  ///< by name: what may stand before a text
};

/// What importFolder took from where, and what it assumed or left out; lines for people.
struct ImportNotes {
  std::vector<std::string> lines;
  std::vector<std::string> ignoredTensors;
  std::vector<std::string> leftOut;  ///< parts that are not known, beside tensors
};

/// The last part of its path: what the model is called.
std::string folderName(const std::string& directory);

/// The tokenizer alone of a folder that importFolder reads; positions by config.json.
/// Throws ImportError.
tokenizer::Tokenizer importTokenizer(const std::string& directory, ImportNotes& notes);

/// Reads a model in Hugging Face's layout, whole: what transformers and sentence-transformers read
/// of such a folder is honoured, known to change nothing, or refused (sw/import/folder_keys.hpp).
/// Throws ImportError with file, place and reason.
TrainedModel importFolder(const std::string& directory, ImportNotes& notes);

}  // namespace intformer::importer
