#pragma once

#include <string>
#include <vector>

#include "sw/import/json_file.hpp"
#include "sw/tokenizer/tokenizer.hpp"

namespace intformer::importer {

/// The files of a folder that name special and added tokens; those that are missing are empty.
struct TokenFiles {
  JsonFile settings;  ///< tokenizer_config.json
  JsonFile pipeline;  ///< tokenizer.json
  JsonFile map;       ///< special_tokens_map.json
  JsonFile added;     ///< added_tokens.json
};

/// Sets `options.special` where files name the tokens, and `options.added`. `rows`: of the table of
/// words: as in the published library a token without an id takes the next one, if there is a row.
/// `notes` receives lines for people. Throws ImportError where files contradict each other or a
/// token has no row.
void readSpecialTokens(const TokenFiles& files, const std::vector<std::string>& vocabulary,
                       uint32_t rows, tokenizer::TokenizerOptions& options,
                       std::vector<std::string>& notes);

}  // namespace intformer::importer
