#pragma once

#include <unicode/umachine.h>

#include <string>
#include <string_view>

namespace intformer::tokenizer {

// What BERT's tokenizers ask of one code point. Trained vocabularies were made, and are used, with
// the character tables of the published tokenizer (Hugging Face's tokenizers): the categories of
// Unicode 8, decompositions of Unicode 9 and lower case of Unicode 17. ICU, of whatever version, is
// held to those, so that ids stay equal.

/// Control, format and private use characters and U+FFFD, which text loses; not tab, line feed and
/// carriage return.
bool isDropped(UChar32 c);
/// The property White_Space.
bool isSpace(UChar32 c);
/// Ideographs, each of which is a word; not kana and hangul.
bool isIdeograph(UChar32 c);
/// ASCII's punctuation and symbols, and Unicode's punctuation.
bool isPunctuation(UChar32 c);
/// What touches a single word: letters, marks, digits, joining punctuation and joiners, the \w of the
/// published tokenizer's regular expressions, as of Unicode 16.
bool isWordCharacter(UChar32 c);
/// Nonspacing marks: what is left of accents after decomposition.
bool isNonspacingMark(UChar32 c);

/// Appends `c` in lower case, without looking at its neighbours: a final sigma stays a plain one.
void appendLower(UChar32 c, std::u32string& text);
/// Canonical decomposition (NFD) of `text`.
std::u32string decomposed(std::u32string_view text);

}  // namespace intformer::tokenizer
