#pragma once

#include <cstdint>
#include <vector>

#include "sw/graph/token_batch.hpp"
#include "sw/tokenizer/tokenizer.hpp"

namespace intformer::quantizer {

/// Texts and pairs of texts that a model is calibrated on.
struct CalibrationTexts {
  std::vector<std::vector<uint32_t>> sequences;
  std::vector<uint32_t> firstTexts;  ///< as TokenBatch has them

  [[nodiscard]] TokenBatch batch() const { return {sequences, firstTexts}; }
};

/// Of each three sentences, as encode() gives them, the first alone and the others as a pair, so that
/// the ranges of a model for pairs have room for both segments and for a text alone. As many tokens
/// as before, but for a mark of each pair.
CalibrationTexts pairSentences(const tokenizer::Tokenizer& tokenizer,
                               const std::vector<std::vector<uint32_t>>& sentences);

}  // namespace intformer::quantizer
