#include "sw/quantizer/drawn_sentences.hpp"

#include <algorithm>
#include <random>

namespace intformer::quantizer {
namespace {

constexpr uint32_t kMostWords = 20;

/// Ids of the vocabulary's pieces, but the special ones and those that are kept free: "[...]".
struct Pieces {
  std::vector<uint32_t> first;  ///< begin a word
  std::vector<uint32_t> later;  ///< continue one
};

Pieces piecesOf(const tokenizer::Tokenizer& tokenizer) {
  Pieces pieces;
  for (uint32_t id = 0; id < tokenizer.vocabulary().size(); ++id) {
    const std::string& piece = tokenizer.piece(id);
    if (piece.starts_with('[') && piece.ends_with(']')) continue;
    (piece.starts_with("##") ? pieces.later : pieces.first).push_back(id);
  }
  return pieces;
}

}  // namespace

std::vector<std::vector<uint32_t>> drawSentences(const tokenizer::Tokenizer& tokenizer,
                                                 uint32_t count) {
  const Pieces pieces = piecesOf(tokenizer);
  if (pieces.first.empty()) return {};
  std::mt19937 random(1);  // not the library's distributions: they differ between libraries
  const auto draw = [&](const std::vector<uint32_t>& from) { return from[random() % from.size()]; };
  const std::vector<uint32_t> ends = tokenizer.encode("");
  std::vector<std::vector<uint32_t>> sentences(count, {ends.front()});
  for (auto& sentence : sentences) {
    for (auto words = 1 + random() % kMostWords; words > 0; --words) {
      sentence.push_back(draw(pieces.first));
      if (!pieces.later.empty() && random() % 2 == 0) sentence.push_back(draw(pieces.later));
    }
    const std::size_t most = tokenizer.options().maxTokens - 1;
    sentence.resize(std::min(sentence.size(), most));
    sentence.push_back(ends.back());
  }
  return sentences;
}

std::vector<std::vector<uint32_t>> interleave(const std::vector<std::vector<uint32_t>>& a,
                                              const std::vector<std::vector<uint32_t>>& b) {
  std::vector<std::vector<uint32_t>> mixed;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size())
    mixed.push_back(i * b.size() <= j * a.size() && i < a.size() ? a[i++] : b[j++]);
  return mixed;
}

}  // namespace intformer::quantizer
