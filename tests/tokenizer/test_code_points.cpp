// Every code point alone, against the table of scripts/reference-tokens.py.
#include <fmt/format.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <optional>
#include <vector>

#include "sw/tokenizer/words.hpp"
#include "tests/catch.hpp"

namespace intformer::test {

using tokenizer::splitWords;

namespace {

constexpr UChar32 kEnd = 0x110000;

std::string utf8(UChar32 c) {
  std::string bytes(U8_MAX_LENGTH, '\0');
  std::size_t size = 0;
  U8_APPEND_UNSAFE(bytes, size, c);
  bytes.resize(size);
  return bytes;
}

/// FNV-1a of words, each followed by a line end.
struct Hash {
  uint64_t value = 0xCBF29CE484222325;
  void add(std::string_view word) {
    for (const char c : word) addByte(static_cast<uint8_t>(c));
    addByte('\n');
  }
  void addByte(uint8_t byte) { value = (value ^ byte) * 0x100000001B3; }
};

/// What becomes of a code point between two letters, in a word.
std::string treatment(const std::string& character, const std::vector<std::string>& words) {
  if (words == std::vector<std::string>{"ab"}) return "dropped";
  if (words == std::vector<std::string>{"a" + character + "b"}) return "kept";
  if (words == std::vector<std::string>{"a", "b"}) return "space";
  if (words == std::vector<std::string>{"a", character, "b"}) return "word";
  return "changed";
}

/// Lines of the table: first code point and treatment of every run treated alike.
std::vector<std::string> runs(const tokenizer::WordRules& rules) {
  std::vector<std::string> lines;
  std::string last;
  std::optional<Hash> changed;
  const auto close = [&] {
    if (changed) lines.back() += fmt::format(" {:016x}", changed->value);
    changed.reset();
  };
  for (UChar32 c = 0; c < kEnd; ++c) {
    if (U_IS_SURROGATE(c)) continue;
    const std::string character = utf8(c);
    std::vector<std::string> words;
    const tokenizer::TakeWord take = [&](std::string_view word, std::size_t) {
      words.emplace_back(word);
      return true;
    };
    splitWords("a" + character + "b", rules, take);
    const std::string now = treatment(character, words);
    if (now != last) {
      close();
      lines.push_back(fmt::format("{:x} {}", c, now));
      if (now == "changed") changed.emplace();
      last = now;
    }
    if (changed)
      for (const std::string& word : words) changed->add(word);
  }
  close();
  return lines;
}

TEST_CASE("every code point is cleaned as by the published tokenizer", "[tokenizer]") {
  std::ifstream file("tests/tokenizer/code_points.txt");
  std::string line;
  std::getline(file, line);  // the comment
  std::getline(file, line);
  int sections = 0;
  while (file) {
    int lower = 0, strip = 0, ideographs = 0;
    REQUIRE(std::sscanf(line.c_str(), "rules lower %d strip %d ideographs %d", &lower, &strip,
                        &ideographs) == 3);
    INFO(line);
    std::vector<std::string> expected;
    while (std::getline(file, line) && !line.starts_with("rules")) expected.push_back(line);
    const std::vector<std::string> got = runs({lower == 1, strip == 1, ideographs == 1});
    REQUIRE(got.size() > 100);
    for (std::size_t i = 0; i < std::min(got.size(), expected.size()); ++i)
      REQUIRE(got[i] == expected[i]);
    REQUIRE(got.size() == expected.size());
    ++sections;
  }
  CHECK(sections == 4);
}

TEST_CASE("a long row of marks is put in order in no time", "[tokenizer]") {
  constexpr int kPairs = 200'000;
  const std::string stem = utf8(0x1D165), dot = utf8(0x1D16D);  // combining classes 216 and 226
  std::string text = "a", expected = "a";
  for (int i = 0; i < kPairs; ++i) text += dot + stem;
  for (int i = 0; i < 2 * kPairs; ++i) expected += i < kPairs ? stem : dot;
  std::vector<std::string> words;
  splitWords(text, {}, [&](std::string_view word, std::size_t characters) {
    CHECK(characters == 2 * kPairs + 1);
    words.emplace_back(word);
    return true;
  });
  CHECK(words.size() == 1);
  CHECK((words[0] == expected));
}

TEST_CASE("words are no longer given once they are refused", "[tokenizer]") {
  std::vector<std::string> words;
  const bool all = splitWords("a, b c", {}, [&](std::string_view word, std::size_t characters) {
    CHECK(characters == 1);
    words.emplace_back(word);
    return words.size() < 2;
  });
  CHECK_FALSE(all);
  CHECK(words == std::vector<std::string>{"a", ","});
}

}  // namespace
}  // namespace intformer::test
