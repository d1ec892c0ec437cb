#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sw/cli/sentences.hpp"

namespace intformer::cli {

/// Some sentences of a text with their embeddings, a row each.
struct Embedded {
  std::vector<std::string> sentences;
  std::vector<std::vector<uint32_t>> ids;
  floating::FloatMatrix vectors;
};

/// A file that takes embeddings batch by batch; it appears whole when it is finished.
class EmbeddingWriter {
 public:
  virtual ~EmbeddingWriter() = default;
  virtual void add(const Embedded& batch) = 0;
  virtual void finish(const Engine& engine) = 0;
};

/// All of them as one JSON object; `backend` is its name.
std::unique_ptr<EmbeddingWriter> jsonEmbeddings(const std::string& path, const Engine& engine,
                                                const std::string& backend);
/// A JSON object per line, written as they come.
std::unique_ptr<EmbeddingWriter> jsonLineEmbeddings(const std::string& path);
/// A NumPy array, float32, a row per sentence.
std::unique_ptr<EmbeddingWriter> npyEmbeddings(const std::string& path);

}  // namespace intformer::cli
