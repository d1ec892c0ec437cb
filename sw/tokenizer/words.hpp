#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace intformer::tokenizer {

struct WordRules {
  bool lowerCase = true;
  bool stripAccents = true;
  bool splitIdeographs = true;  ///< every ideograph is a word
};

constexpr WordRules kAsTheyAre{false, false, false};

/// Takes a word of `characters` code points in UTF-8; false: no more are wanted.
using TakeWord = std::function<bool(std::string_view word, std::size_t characters)>;

/// Cleans `utf8` as BERT does and gives its words one by one: white space parts them, a punctuation
/// mark is a word. Ill-formed bytes are taken for U+FFFD, and lost with the control characters.
/// Returns false if `take` stopped it.
bool splitWords(std::string_view utf8, const WordRules& rules, const TakeWord& take);

/// `utf8` cleaned and not yet split: white space is spaces, and spaces stand around ideographs.
/// splitWords gives its words by kAsTheyAre.
std::string cleaned(std::string_view utf8, const WordRules& rules);

}  // namespace intformer::tokenizer
