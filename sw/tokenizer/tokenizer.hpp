#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sw/import/import_error.hpp"

namespace intformer {

struct TokenizerOptions {
  bool lowerCase = true;
  std::optional<bool> stripAccents;  ///< unset: as lowerCase
  bool splitChinese = true;          ///< every ideograph is a word
  uint32_t maxTokens = 512;          ///< with [CLS] and [SEP]; what a text has beyond is cut off
};

/// BERT's tokenizer: text cleaning, words, then the longest pieces of the vocabulary from the left.
/// Its ids are those of Hugging Face's BertTokenizerFast. As there, the names of the special tokens
/// ([CLS], [SEP], [UNK], and if the vocabulary has them [PAD] and [MASK]) stand for themselves in a
/// text. Ill-formed UTF-8 is skipped.
class Tokenizer {
 public:
  /// `vocabulary`: the piece of every id; "##" begins one that continues a word. Throws ImportError
  /// for an empty vocabulary, missing special tokens and duplicates, and for less than 2 tokens.
  Tokenizer(std::vector<std::string> vocabulary, TokenizerOptions options);
  /// `vocabPath`: vocab.txt, a piece per line. Throws ImportError.
  static Tokenizer fromFile(const std::string& vocabPath, TokenizerOptions options = {});

  /// [CLS], the pieces of `utf8`, [SEP]: 2 to maxTokens ids. Safe from several threads.
  [[nodiscard]] std::vector<uint32_t> encode(std::string_view utf8) const;
  /// Throws std::out_of_range.
  [[nodiscard]] const std::string& piece(uint32_t id) const { return vocabulary_.at(id); }
  [[nodiscard]] std::size_t size() const { return vocabulary_.size(); }
  [[nodiscard]] const std::vector<std::string>& vocabulary() const { return vocabulary_; }
  [[nodiscard]] const TokenizerOptions& options() const { return options_; }

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using Ids = std::unordered_map<std::string, uint32_t, Hash, std::equal_to<>>;

  void index();
  /// The special token that `text` begins with.
  [[nodiscard]] const std::pair<std::string, uint32_t>* specialAt(std::string_view text) const;
  void addWord(std::string_view word, std::size_t characters, std::vector<uint32_t>& ids) const;

  std::vector<std::string> vocabulary_;
  TokenizerOptions options_;
  Ids first_, later_;             // pieces that begin a word; that continue one, without "##"
  std::size_t longestPiece_ = 0;  // bytes
  std::vector<std::pair<std::string, uint32_t>> special_;
  uint32_t unknown_ = 0, begin_ = 0, end_ = 0;
};

}  // namespace intformer
