#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sw/float/float_model.hpp"
#include "sw/import/sentence_files.hpp"
#include "sw/tokenizer/tokenizer.hpp"

namespace intformer::importer {

/// The tokenizer of a folder: of vocab.txt or tokenizer.json, tokenizer_config.json,
/// special_tokens_map.json and added_tokens.json, as AutoTokenizer of transformers makes it.
/// `notes` receives lines for people. Throws ImportError with file, key, value and reason for
/// another kind of tokenizer and for files that contradict each other.
tokenizer::Tokenizer readTokenizerFiles(const std::filesystem::path& folder,
                                        const floating::ModelShape& shape,
                                        const SentenceSettings& sentences,
                                        std::vector<std::string>& notes);

}  // namespace intformer::importer
