#include <set>

#include "sw/quantizer/drawn_sentences.hpp"
#include "tests/catch.hpp"

namespace intformer {

using quantizer::drawSentences;
using quantizer::interleave;
using tokenizer::Tokenizer;

namespace {

using Sentences = std::vector<std::vector<uint32_t>>;

Tokenizer tokenizerOf(std::vector<std::string> pieces, uint32_t maxTokens = 512) {
  pieces.insert(pieces.begin(), {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[unused0]"});
  tokenizer::TokenizerOptions options;
  options.maxTokens = maxTokens;
  return {std::move(pieces), options};
}

}  // namespace

TEST_CASE("drawn sentences use every piece of the words, whole words first, and nothing else") {
  const Tokenizer tokenizer = tokenizerOf({"the", "##s", "river", "##ing", "1", "["});
  const Sentences sentences = drawSentences(tokenizer, 300);
  REQUIRE(sentences.size() == 300);
  std::set<uint32_t> used;
  std::set<std::size_t> lengths;
  for (const auto& ids : sentences) {
    REQUIRE(ids.size() >= 3);
    CHECK(tokenizer.piece(ids.front()) == "[CLS]");
    CHECK(tokenizer.piece(ids.back()) == "[SEP]");
    bool afterWord = false;
    for (std::size_t i = 1; i + 1 < ids.size(); ++i) {
      const bool later = tokenizer.piece(ids[i]).starts_with("##");
      CHECK((!later || afterWord));
      afterWord = !later;
      used.insert(ids[i]);
    }
    lengths.insert(ids.size());
  }
  CHECK(used == std::set<uint32_t>{5, 6, 7, 8, 9, 10});
  CHECK(*lengths.begin() == 3);
  CHECK(*lengths.rbegin() > 25);
}

TEST_CASE("drawn sentences are always the same, and a shorter list begins a longer one") {
  const Tokenizer tokenizer = tokenizerOf({"the", "##s", "river"});
  const Sentences few = drawSentences(tokenizer, 10);
  const Sentences many = drawSentences(tokenizer, 20);
  CHECK(few == Sentences(many.begin(), many.begin() + 10));
  CHECK(many[0] != many[1]);
}

TEST_CASE("drawn sentences keep to the tokenizer's limit") {
  for (const uint32_t limit : {2U, 3U, 7U})
    for (const auto& ids : drawSentences(tokenizerOf({"a", "##b"}, limit), 50))
      CHECK(ids.size() <= limit);
}

TEST_CASE("a vocabulary without words gives no drawn sentences") {
  CHECK(drawSentences(tokenizerOf({"##s"}), 5).empty());
  CHECK(drawSentences(tokenizerOf({"a"}), 0).empty());
}

TEST_CASE("interleaved lists are mixed evenly and in order") {
  const Sentences a = {{1}, {2}, {3}};
  const Sentences b = {{10}, {20}, {30}, {40}, {50}, {60}};
  CHECK(interleave(a, b) ==
        Sentences{{1}, {10}, {20}, {2}, {30}, {40}, {3}, {50}, {60}});
  CHECK(interleave(a, {}) == a);
  CHECK(interleave({}, b) == b);
}

}  // namespace intformer
