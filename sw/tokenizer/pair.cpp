#include "sw/tokenizer/pair.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace intformer::tokenizer {
namespace {

constexpr std::size_t kMarks = 3;  // [CLS], [SEP], [SEP]

/// Leaves `most` of both in all: the longer one is cut down to the other, then both alike, and an odd
/// one is left to the longer, or the second of equals.
void cutLongest(std::vector<uint32_t>& first, std::vector<uint32_t>& second, std::size_t most) {
  if (first.size() + second.size() <= most) return;
  const bool firstIsLonger = first.size() > second.size();
  std::vector<uint32_t>& longer = firstIsLonger ? first : second;
  std::vector<uint32_t>& shorter = firstIsLonger ? second : first;
  shorter.resize(std::min(shorter.size(), most / 2));
  longer.resize(most - shorter.size());
}

}  // namespace

TokenPair encodePair(const Tokenizer& tokenizer, std::string_view first, std::string_view second) {
  const std::string& prompt = tokenizer.options().prompt;
  return joinPair(tokenizer, tokenizer.pieces(prompt.empty() ? first : prompt + std::string(first)),
                  tokenizer.pieces(second));
}

TokenPair joinPair(const Tokenizer& tokenizer, std::vector<uint32_t> first,
                   std::vector<uint32_t> second) {
  const std::size_t most = tokenizer.options().maxTokens;
  if (most < kMarks)
    throw files::ImportError(
        fmt::format("a pair of texts needs 3 tokens at least; the model takes {}", most));
  cutLongest(first, second, most - kMarks);
  TokenPair pair;
  pair.ids.push_back(tokenizer.begin());
  const auto add = [&](const std::vector<uint32_t>& pieces) {
    pair.ids.insert(pair.ids.end(), pieces.begin(), pieces.end());
    pair.ids.push_back(tokenizer.end());
  };
  add(first);
  pair.firstText = static_cast<uint32_t>(pair.ids.size());
  add(second);
  return pair;
}

}  // namespace intformer::tokenizer
