#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sw/files/import_error.hpp"
#include "sw/tokenizer/added_tokens.hpp"

namespace intformer::tokenizer {

/// Names of the tokens that a model needs beside a text's; each stands for itself in a text.
struct SpecialTokens {
  std::string begin = "[CLS]", end = "[SEP]", unknown = "[UNK]";  ///< the vocabulary has these
  std::string padding = "[PAD]", mask = "[MASK]";                 ///< and perhaps these

  bool operator==(const SpecialTokens&) const = default;
};

struct TokenizerOptions {
  bool lowerCase = true;
  std::optional<bool> stripAccents;  ///< unset: as lowerCase
  bool splitChinese = true;          ///< every ideograph is a word
  uint32_t maxTokens = 512;          ///< with [CLS] and [SEP]; what a text has beyond is cut off
  SpecialTokens special;
  /// Tokens that are found in a text before it is cut into words. One that is a piece of the
  /// vocabulary has its id; the others have the ids behind the vocabulary's, in order.
  std::vector<AddedToken> added;
  std::string prompt;  ///< stands before every text
};

/// The pieces of a vocab.txt, one per line, without white space at the end. Throws ImportError.
std::vector<std::string> readVocabulary(const std::string& path);

/// BERT's tokenizer: added and special tokens, text cleaning, words, then the longest pieces of the
/// vocabulary from the left. Ids are those of Hugging Face's BertTokenizerFast. Ill-formed UTF-8
/// is skipped.
class Tokenizer {
 public:
  /// `vocabulary`: the piece of every id; "##" begins one that continues a word. Throws ImportError
  /// for an empty vocabulary, missing special tokens, duplicates, added tokens whose ids are not
  /// as TokenizerOptions says, and for less than 2 tokens.
  Tokenizer(std::vector<std::string> vocabulary, TokenizerOptions options);
  /// `vocabPath`: vocab.txt, a piece per line. Throws ImportError.
  static Tokenizer fromFile(const std::string& vocabPath, TokenizerOptions options = {});

  /// [CLS], the pieces of prompt and `utf8`, [SEP]: 2 to maxTokens ids. Safe from several threads.
  [[nodiscard]] std::vector<uint32_t> encode(std::string_view utf8) const;
  /// The pieces of `utf8` alone, all of them.
  [[nodiscard]] std::vector<uint32_t> pieces(std::string_view utf8) const;
  /// Ids of [CLS] and [SEP].
  [[nodiscard]] uint32_t begin() const { return begin_; }
  [[nodiscard]] uint32_t end() const { return end_; }
  /// A piece of the vocabulary or an added token's content. Throws std::out_of_range.
  [[nodiscard]] const std::string& piece(uint32_t id) const;
  /// Ids: the vocabulary's and those of added tokens.
  [[nodiscard]] std::size_t size() const { return vocabulary_.size() + behind_.size(); }
  [[nodiscard]] const std::vector<std::string>& vocabulary() const { return vocabulary_; }
  [[nodiscard]] const TokenizerOptions& options() const { return options_; }

 private:
  void index();
  void indexAdded(std::vector<std::string>& faults);
  /// Appends the pieces of `utf8` to `ids` until these are `most` or more.
  void addText(std::string_view utf8, std::size_t most, std::vector<uint32_t>& ids) const;
  void addWord(std::string_view word, std::size_t characters, std::vector<uint32_t>& ids) const;

  std::vector<std::string> vocabulary_;
  std::vector<std::string> behind_;  // contents of the added tokens that the vocabulary lacks
  TokenizerOptions options_;
  IdsByText first_, later_;  // pieces that begin a word; that continue one, without "##"
  std::size_t longestPiece_ = 0;  // bytes
  TokenFinder raw_, cleaned_;     // found in the text as it is; in the cleaned text
  uint32_t unknown_ = 0, begin_ = 0, end_ = 0;
};

}  // namespace intformer::tokenizer
