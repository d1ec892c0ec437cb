#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "sw/float/float_matrix.hpp"

namespace intformer::embed {

/// Whose embeddings a cache holds.
struct CacheKey {
  uint64_t model = 0;    ///< checksum of the model file
  std::string numbers;   ///< "float", or "integers-<family>": golden, emulator and RTL agree
};

/// Embeddings of lines of text, kept in a file. Found by the lines' contents: a line that moves
/// keeps its embedding, one that changes gets a new one.
class CorpusCache {
 public:
  /// Where a corpus's cache is to be read: "<corpus>.<hash of key>.itfcache"; where nothing can be
  /// written beside the corpus, the one that was kept elsewhere, if there is one.
  static std::filesystem::path pathToRead(const std::filesystem::path& corpus,
                                          const CacheKey& key);
  /// Where it is to be written: beside the corpus, or else among cacheFolders("corpora"), by the
  /// corpus's place. Throws std::runtime_error when nothing can be written there either.
  static std::filesystem::path pathToWrite(const std::filesystem::path& corpus,
                                           const CacheKey& key);

  /// Reads what is there. A missing file is an empty cache; of one that is damaged or another
  /// key's, `note` says what was wrong, and it is an empty cache too.
  CorpusCache(std::filesystem::path path, const CacheKey& key, std::string& note);

  /// The embedding of a line, or null.
  [[nodiscard]] const float* find(const std::string& line) const;
  [[nodiscard]] uint32_t cols() const { return embeddings_.cols; }

  /// Makes the cache hold these lines alone, and writes it to `path`, whole or not at all.
  /// Throws std::runtime_error.
  void replace(const std::filesystem::path& path, std::span<const std::string> lines,
               const floating::FloatMatrix& embeddings);

 private:
  void read();

  std::filesystem::path path_;
  CacheKey key_;
  std::map<std::string, uint32_t> rows_;  ///< hash of the line to row
  floating::FloatMatrix embeddings_;
};

}  // namespace intformer::embed
