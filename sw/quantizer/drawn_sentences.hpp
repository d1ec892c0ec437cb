#pragma once

#include <cstdint>
#include <vector>

#include "sw/tokenizer/tokenizer.hpp"

namespace intformer::quantizer {

/// `count` sentences of words drawn at random from the vocabulary, always the same ones: [CLS], 1 to
/// 20 words of a piece or two, [SEP]. Next to a text that somebody wrote they show the quantizer how
/// far activations reach where rare words meet. None from a vocabulary without words.
std::vector<std::vector<uint32_t>> drawSentences(const tokenizer::Tokenizer& tokenizer,
                                                 uint32_t count);

/// Both lists in one, evenly mixed and each in its order, so that any part of it is like the whole.
std::vector<std::vector<uint32_t>> interleave(const std::vector<std::vector<uint32_t>>& a,
                                              const std::vector<std::vector<uint32_t>>& b);

}  // namespace intformer::quantizer
