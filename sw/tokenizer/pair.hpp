#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "sw/tokenizer/tokenizer.hpp"

namespace intformer::tokenizer {

/// A pair of texts as a model takes it: [CLS] first [SEP] second [SEP].
struct TokenPair {
  std::vector<uint32_t> ids;
  uint32_t firstText = 0;  ///< ids up to the first [SEP], in segment 0; those behind are in segment 1
};

/// The prompt stands before the first text. What is too long is cut as the published tokenizer's
/// strategy longest_first cuts it. Throws ImportError where the model takes less than 3 tokens.
TokenPair encodePair(const Tokenizer& tokenizer, std::string_view first, std::string_view second);

/// The same of pieces, without special tokens around them.
TokenPair joinPair(const Tokenizer& tokenizer, std::vector<uint32_t> first,
                   std::vector<uint32_t> second);

}  // namespace intformer::tokenizer
