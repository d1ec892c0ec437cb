#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace intformer::importer {

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

/// What the files of sentence-transformers in a folder say.
struct SentenceSettings {
  Pooling pooling;
  std::map<std::string, std::string> prompts;  ///< by name
  std::string prompt;                          ///< that stands before every text
  std::optional<uint32_t> maxTokens;
  bool lowerCase = false;  ///< also where the tokenizer keeps capitals
  bool crossEncoder = false;  ///< the folder is one that CrossEncoder has saved: it scores, by its head
};

/// Reads modules.json and its modules' config.json, sentence_bert_config.json and
/// config_sentence_transformers.json, as far as they are there. `width`: of the last hidden states;
/// `notes` receives lines for people. Throws ImportError with file, key, value and reason.
SentenceSettings readSentenceFiles(const std::filesystem::path& folder, uint32_t width,
                                   std::vector<std::string>& notes);

}  // namespace intformer::importer
