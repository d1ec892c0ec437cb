#include "sw/quantizer/paired_sentences.hpp"

#include "sw/tokenizer/pair.hpp"

namespace intformer::quantizer {

CalibrationTexts pairSentences(const tokenizer::Tokenizer& tokenizer,
                               const std::vector<std::vector<uint32_t>>& sentences) {
  const auto pieces = [&](std::size_t i) {
    return std::vector<uint32_t>(sentences[i].begin() + 1, sentences[i].end() - 1);
  };
  CalibrationTexts texts;
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    if (i % 3 == 1 && i + 1 < sentences.size()) {
      tokenizer::TokenPair pair = tokenizer::joinPair(tokenizer, pieces(i), pieces(i + 1));
      texts.sequences.push_back(std::move(pair.ids));
      texts.firstTexts.push_back(pair.firstText);
      ++i;
    } else {
      texts.sequences.push_back(sentences[i]);
      texts.firstTexts.push_back(static_cast<uint32_t>(sentences[i].size()));
    }
  }
  return texts;
}

}  // namespace intformer::quantizer
