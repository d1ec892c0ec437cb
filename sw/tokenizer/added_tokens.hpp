#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace intformer::tokenizer {

/// A token that is found in a text before the text is cut into words, as the published tokenizer's
/// AddedToken.
struct AddedToken {
  std::string content;
  uint32_t id = 0;
  bool singleWord = false;  ///< not where a letter, mark, digit or underscore touches it
  bool leftStrip = false;   ///< takes the white space before it with it
  bool rightStrip = false;  ///< and that behind it
  bool normalized = false;  ///< is looked for, cleaned, in the cleaned text; else in the text

  bool operator==(const AddedToken&) const = default;
};

/// Where the white space before `begin` begins.
std::size_t spaceBefore(std::string_view utf8, std::size_t begin);

/// Strings by content, asked with parts of a text.
struct TextHash : std::hash<std::string_view> {
  using is_transparent = void;
};
using IdsByText = std::unordered_map<std::string, uint32_t, TextHash, std::equal_to<>>;

/// Finds tokens in a text: the leftmost, of those that begin at one place the longest. One that is
/// no single word though it must be is passed over together with its text.
class TokenFinder {
 public:
  /// `pattern`: what stands for the token in the text, not empty. False: another token has it.
  bool add(std::string pattern, const AddedToken& token);
  [[nodiscard]] bool empty() const { return tokens_.empty(); }

  using TakeText = std::function<bool(std::string_view)>;
  using TakeToken = std::function<bool(uint32_t id)>;
  /// Gives tokens and what lies between them, in order, until one of the two returns false.
  bool split(std::string_view utf8, const TakeText& text, const TakeToken& token) const;

 private:
  struct Match {
    std::size_t begin = 0, end = 0;
    const AddedToken* token = nullptr;
  };
  [[nodiscard]] Match next(std::string_view text, std::size_t from) const;

  std::vector<AddedToken> tokens_;
  IdsByText places_;                   // pattern to its place in tokens_
  std::vector<std::size_t> sizes_;     // of patterns in bytes, longest first
  std::array<bool, 256> begins_{};     // bytes that a pattern begins with
};

}  // namespace intformer::tokenizer
