#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace intformer {

/// Token ids that run together: a sequence per text or pair of texts. Owns nothing.
struct TokenBatch {
  std::span<const std::vector<uint32_t>> sequences;
  /// Tokens of each sequence that are in segment 0, the first text's; those behind them are in
  /// segment 1. Empty: all tokens are in segment 0.
  std::span<const uint32_t> firstTexts;
  /// For models that read more of a token than its id, pictures and sounds: the values, a row per
  /// token, one sequence behind the other.
  std::span<const float> frames;

  TokenBatch() = default;
  // Implicit: a list of sequences is a batch of texts.
  TokenBatch(std::span<const std::vector<uint32_t>> all, std::span<const uint32_t> firsts = {})
      : sequences(all), firstTexts(firsts) {}
  TokenBatch(const std::vector<std::vector<uint32_t>>& all) : sequences(all) {}

  [[nodiscard]] uint32_t segment(std::size_t sequence, uint32_t position) const {
    return !firstTexts.empty() && position >= firstTexts[sequence] ? 1 : 0;
  }
  [[nodiscard]] bool hasPairs() const {
    for (std::size_t i = 0; i < firstTexts.size(); ++i)
      if (firstTexts[i] < sequences[i].size()) return true;
    return false;
  }
};

}  // namespace intformer
