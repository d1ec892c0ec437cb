#pragma once

#include <map>
#include <string>
#include <vector>

#include "sw/import/bert_model.hpp"
#include "sw/tokenizer/tokenizer.hpp"

namespace intformer {

/// How the last hidden states of a sentence's tokens become one vector.
enum class PoolingMode : uint8_t { Mean, Cls };
/// As files say it.
constexpr const char* poolingName(PoolingMode mode) {
  return mode == PoolingMode::Mean ? "mean" : "cls";
}

struct Pooling {
  PoolingMode mode = PoolingMode::Mean;
  bool normalize = true;  ///< to length 1

  bool operator==(const Pooling&) const = default;
};
/// "mean, normalized"
std::string poolingText(const Pooling& pooling);

/// Everything that sentences need to become embeddings in float32.
struct TrainedModel {
  std::string name;  ///< of its folder
  FloatBert bert;
  std::vector<std::string> vocabulary;
  TokenizerOptions tokenizer;  ///< with the default prompt, if there is one
  Pooling pooling;
  std::map<std::string, std::string> prompts;  ///< by name: what may stand before a text
};

/// What importFolder took from where, and what it assumed or left out; lines for people.
struct ImportNotes {
  std::vector<std::string> lines;
  std::vector<std::string> ignoredTensors;
};

/// The last part of its path: what the model is called.
std::string folderName(const std::string& directory);

/// The tokenizer alone of a folder that importFolder reads: vocab.txt, positions by config.json.
/// Throws ImportError.
Tokenizer importTokenizer(const std::string& directory, ImportNotes& notes);

/// Reads a model in Hugging Face's layout: config.json, model.safetensors and vocab.txt; where they
/// are, tokenizer_config.json, and of sentence-transformers modules.json with its pooling's
/// config.json and sentence_bert_config.json. Throws ImportError with file, place and reason.
TrainedModel importFolder(const std::string& directory, ImportNotes& notes);

}  // namespace intformer
