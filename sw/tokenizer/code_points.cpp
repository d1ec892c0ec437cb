#include "sw/tokenizer/code_points.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>

namespace intformer::tokenizer {
namespace {

/// First and last of a range; letters of it are turned to lower case by adding `lower`.
struct Range {
  UChar32 first, last, lower = 0;
};

constexpr Range kIdeographs[] = {{0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xF900, 0xFAFF},
                                 {0x20000, 0x2A6DF}, {0x2A700, 0x2B73F}, {0x2B740, 0x2B81F},
                                 {0x2B920, 0x2CEAF}, {0x2F800, 0x2FA1F}};

/// Capitals that came with Unicode 16 and 17, after Debian 12's ICU.
constexpr Range kNewCapitals[] = {{0x1C89, 0x1C89, 1},     {0xA7CB, 0xA7CB, 0x264 - 0xA7CB},
                                  {0xA7CC, 0xA7CC, 1},     {0xA7CE, 0xA7CE, 1},
                                  {0xA7D2, 0xA7D2, 1},     {0xA7D4, 0xA7D4, 1},
                                  {0xA7DA, 0xA7DA, 1},     {0xA7DC, 0xA7DC, 0x19B - 0xA7DC},
                                  {0x10D50, 0x10D65, 0x20}, {0x16EA0, 0x16EB8, 0x1B}};

/// Word characters that came with Unicode 15.1 and 16, after Debian 12's ICU.
constexpr Range kNewWordCharacters[] = {
    {0x897, 0x897},     {0x1C89, 0x1C8A},   {0xA7CB, 0xA7CD},   {0xA7DA, 0xA7DC},
    {0x105C0, 0x105F3}, {0x10D40, 0x10D65}, {0x10D69, 0x10D6D}, {0x10D6F, 0x10D85},
    {0x10EC2, 0x10EC4}, {0x10EFC, 0x10EFC}, {0x11380, 0x11389}, {0x1138B, 0x1138B},
    {0x1138E, 0x1138E}, {0x11390, 0x113B5}, {0x113B7, 0x113C0}, {0x113C2, 0x113C2},
    {0x113C5, 0x113C5}, {0x113C7, 0x113CA}, {0x113CC, 0x113D3}, {0x113E1, 0x113E2},
    {0x116D0, 0x116E3}, {0x11BC0, 0x11BE0}, {0x11BF0, 0x11BF9}, {0x11F5A, 0x11F5A},
    {0x13460, 0x143FA}, {0x16100, 0x16139}, {0x16D40, 0x16D6C}, {0x16D70, 0x16D79},
    {0x18CFF, 0x18CFF}, {0x1CCF0, 0x1CCF9}, {0x1E5D0, 0x1E5FA}, {0x2EBF0, 0x2EE5D}};

constexpr UChar32 kCapitalDottedI = 0x130;
constexpr char32_t kCombiningDot = 0x307;

bool cameAfter(uint8_t unicodeVersion, UChar32 c) {
  UVersionInfo age;
  u_charAge(c, age);
  return age[0] > unicodeVersion;
}

/// General category as Unicode 8 has it.
int8_t category(UChar32 c) {
  if (cameAfter(8, c)) return U_UNASSIGNED;
  switch (c) {  // what later versions put into another category
    case 0x166D:
    case 0x111C9: return U_OTHER_PUNCTUATION;
    case 0x1734: return U_NON_SPACING_MARK;
    case 0x1885:
    case 0x1886: return U_OTHER_LETTER;
    case 0xA9BD: return U_COMBINING_SPACING_MARK;
    default: return u_charType(c);
  }
}

bool hasCategory(UChar32 c, uint32_t mask) { return (U_MASK(category(c)) & mask) != 0; }

const icu::Normalizer2& decomposition() {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfd = icu::Normalizer2::getNFDInstance(status);
  if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU: ") + u_errorName(status));
  return *nfd;
}

/// Canonical combining class as of Unicode 9; 0: keeps its place.
uint8_t combiningClass(UChar32 c) { return cameAfter(9, c) ? 0 : u_getCombiningClass(c); }

/// As ICU's normalize() does, which takes quadratic time for a long row of marks.
void orderMarks(std::u32string& text) {
  const auto moves = [](char32_t c) { return combiningClass(static_cast<UChar32>(c)) != 0; };
  for (auto begin = text.begin(); begin != text.end();) {
    begin = std::find_if(begin, text.end(), moves);
    const auto end = std::find_if_not(begin, text.end(), moves);
    std::stable_sort(begin, end, [](char32_t a, char32_t b) {
      return combiningClass(static_cast<UChar32>(a)) < combiningClass(static_cast<UChar32>(b));
    });
    begin = end;
  }
}

}  // namespace

bool isDropped(UChar32 c) {
  if (c == '\t' || c == '\n' || c == '\r') return false;
  return c == 0xFFFD || hasCategory(c, U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CO_MASK);
}

bool isSpace(UChar32 c) { return u_isUWhiteSpace(c) != 0; }

bool isIdeograph(UChar32 c) {
  for (const Range& range : kIdeographs)
    if (c >= range.first && c <= range.last) return true;
  return false;
}

bool isPunctuation(UChar32 c) {
  if (c < 0x80) return c > ' ' && c < 0x7F && u_isalnum(c) == 0;
  return hasCategory(c, U_GC_P_MASK);
}

bool isWordCharacter(UChar32 c) {
  for (const Range& range : kNewWordCharacters)
    if (c >= range.first && c <= range.last) return true;
  if (cameAfter(16, c)) return false;
  constexpr uint32_t kMasks = U_GC_M_MASK | U_GC_ND_MASK | U_GC_PC_MASK;
  return (U_MASK(u_charType(c)) & kMasks) != 0 || u_hasBinaryProperty(c, UCHAR_ALPHABETIC) != 0 ||
         u_hasBinaryProperty(c, UCHAR_JOIN_CONTROL) != 0;
}

bool isNonspacingMark(UChar32 c) { return hasCategory(c, U_GC_MN_MASK); }

void appendLower(UChar32 c, std::u32string& text) {
  // The one letter whose lower case is two code points, and which ICU's u_tolower maps to one.
  if (c == kCapitalDottedI) {
    text += {U'i', kCombiningDot};
    return;
  }
  const Range* found = std::find_if(
      std::begin(kNewCapitals), std::end(kNewCapitals),
      [c](const Range& range) { return c >= range.first && c <= range.last; });
  text += static_cast<char32_t>(found == std::end(kNewCapitals) ? u_tolower(c) : c + found->lower);
}

std::u32string decomposed(std::u32string_view text) {
  static const icu::Normalizer2& nfd = decomposition();
  std::u32string result;
  icu::UnicodeString parts;
  for (const char32_t letter : text) {
    const auto c = static_cast<UChar32>(letter);
    if (cameAfter(9, c) || !nfd.getDecomposition(c, parts)) {
      result += letter;
      continue;
    }
    for (int32_t i = 0; i < parts.length(); i = parts.moveIndex32(i, 1))
      result += static_cast<char32_t>(parts.char32At(i));
  }
  orderMarks(result);
  return result;
}

}  // namespace intformer::tokenizer
