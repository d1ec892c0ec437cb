#include "sw/tokenizer/words.hpp"

#include <unicode/utf8.h>

#include <array>
#include <cstdint>
#include <string>

#include "sw/tokenizer/code_points.hpp"

namespace intformer::tokenizer {
namespace {

enum class Kind : uint8_t { Letter, Space, Dropped, Mark };

using Kinds = std::array<Kind, 128>;

/// Of the ASCII characters: most text consists of them.
const Kinds& asciiKinds() {
  static const Kinds kinds = [] {
    Kinds result{};
    for (UChar32 c = 0; c < 128; ++c)
      result[c] = isDropped(c)       ? Kind::Dropped
                  : isSpace(c)       ? Kind::Space
                  : isPunctuation(c) ? Kind::Mark
                                     : Kind::Letter;
    return result;
  }();
  return kinds;
}

class Splitter {
 public:
  Splitter(const WordRules& rules, const TakeWord& take) : rules_(rules), take_(take) {}

  bool split(std::string_view text) {
    const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
    for (std::size_t i = 0; i < text.size() && wanted_;) {
      UChar32 c = 0;
      U8_NEXT_OR_FFFD(bytes, i, text.size(), c);
      if (c < 0x80) {
        addAscii(static_cast<char>(c));
      } else if (!isDropped(c)) {
        addOther(c);
      }
    }
    endRun();
    endWord();
    return wanted_;
  }

 private:
  void addAscii(char c) {
    const Kind kind = ascii_[static_cast<uint8_t>(c)];
    if (kind == Kind::Dropped) return;
    endRun();  // no mark changes places with an ASCII character
    if (kind == Kind::Space) return endWord();
    if (kind == Kind::Mark) return giveMark(std::string_view(&c, 1));
    word_ += rules_.lowerCase && c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    ++characters_;
  }

  void addOther(UChar32 c) {
    const bool alone = rules_.splitIdeographs && isIdeograph(c);
    if (alone || isSpace(c)) {
      endRun();
      endWord();
    }
    if (isSpace(c)) return;
    run_ += static_cast<char32_t>(c);
    if (alone) {
      endRun();
      endWord();
    }
  }

  /// A run of non-ASCII code points is decomposed as a whole: its marks may change places.
  void endRun() {
    if (run_.empty()) return;
    if (rules_.stripAccents) run_ = decomposed(run_);
    for (const char32_t letter : run_) {
      const auto c = static_cast<UChar32>(letter);
      if (rules_.stripAccents && isNonspacingMark(c)) continue;
      if (!rules_.lowerCase) {
        addCleaned(c);
        continue;
      }
      lower_.clear();
      appendLower(c, lower_);
      for (const char32_t part : lower_) addCleaned(static_cast<UChar32>(part));
    }
    run_.clear();
  }

  void addCleaned(UChar32 c) {
    std::array<char, U8_MAX_LENGTH> bytes{};
    std::size_t size = 0;
    U8_APPEND_UNSAFE(bytes, size, c);
    const std::string_view utf8(bytes.data(), size);
    if (isPunctuation(c)) return giveMark(utf8);
    word_ += utf8;
    ++characters_;
  }

  void giveMark(std::string_view mark) {
    endWord();
    if (wanted_) wanted_ = take_(mark, 1);
  }

  void endWord() {
    if (!word_.empty() && wanted_) wanted_ = take_(word_, characters_);
    word_.clear();
    characters_ = 0;
  }

  const WordRules& rules_;
  const TakeWord& take_;
  const Kinds& ascii_ = asciiKinds();
  bool wanted_ = true;
  std::u32string run_, lower_;  // not yet cleaned; one code point's lower case
  std::string word_;
  std::size_t characters_ = 0;  // of word_
};

}  // namespace

bool splitWords(std::string_view utf8, const WordRules& rules, const TakeWord& take) {
  return Splitter(rules, take).split(utf8);
}

std::string cleaned(std::string_view utf8, const WordRules& rules) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(utf8.data());
  std::u32string text;
  for (std::size_t i = 0; i < utf8.size();) {
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(bytes, i, utf8.size(), c);
    if (isDropped(c)) continue;
    if (isSpace(c))
      text += U' ';
    else if (rules.splitIdeographs && isIdeograph(c))
      text += {U' ', static_cast<char32_t>(c), U' '};
    else
      text += static_cast<char32_t>(c);
  }
  if (rules.stripAccents) {
    text = decomposed(text);
    std::erase_if(text, [](char32_t c) { return isNonspacingMark(static_cast<UChar32>(c)); });
  }
  std::u32string lower;
  if (rules.lowerCase) {
    for (const char32_t c : text) appendLower(static_cast<UChar32>(c), lower);
    text = std::move(lower);
  }
  std::string result;
  for (const char32_t c : text) {
    std::array<char, U8_MAX_LENGTH> letter{};
    std::size_t size = 0;
    U8_APPEND_UNSAFE(letter, size, static_cast<UChar32>(c));
    result.append(letter.data(), size);
  }
  return result;
}

}  // namespace intformer::tokenizer
