#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sw/import/import_error.hpp"

namespace intformer {

/// Lower-case WordPiece as BERT uses it: split at white space and ASCII punctuation, lower ASCII
/// letters, then the longest pieces of the vocabulary from the left. Accents are not removed and
/// scripts without spaces not split: such words may become [UNK].
class Wordpiece {
 public:
  /// vocab.txt: one piece per line, the line number is the id. Throws ImportError.
  explicit Wordpiece(const std::string& path);

  /// [CLS], the pieces, [SEP].
  [[nodiscard]] std::vector<uint32_t> encode(std::string_view text) const;
  /// The piece of an id.
  [[nodiscard]] const std::string& piece(uint32_t id) const { return pieces_.at(id); }
  [[nodiscard]] std::size_t size() const { return pieces_.size(); }

 private:
  void encodeWord(const std::string& word, std::vector<uint32_t>& ids) const;

  std::vector<std::string> pieces_;
  std::unordered_map<std::string, uint32_t> ids_;
  uint32_t unknown_ = 0, begin_ = 0, end_ = 0;
};

}  // namespace intformer
