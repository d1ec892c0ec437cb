#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sw/import/json_file.hpp"
#include "sw/tokenizer/tokenizer.hpp"

namespace intformer::importer {

/// What tokenizer.json says of a BERT tokenizer; parts that it leaves out or null are none.
struct TokenizerJson {
  std::optional<std::vector<std::string>> vocabulary;
  std::optional<tokenizer::TokenizerOptions>
      rules;                              ///< lowerCase, stripAccents, splitChinese alone
  bool splitsWords = false;               ///< it has the pre-tokenizer
  std::optional<std::string> begin, end;  ///< names
  std::optional<std::string> unknown;
};

/// Reads all of the file but its added tokens. Throws ImportError with path, key, value and reason
/// for what is not a BERT tokenizer.
TokenizerJson readTokenizerJson(const JsonFile& file, std::vector<std::string>& notes);

}  // namespace intformer::importer
