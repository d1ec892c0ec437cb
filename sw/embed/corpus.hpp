#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "sw/embed/corpus_cache.hpp"

namespace intformer::embed {

/// Lines of text that differ, with their embeddings.
struct Corpus {
  std::vector<std::string> lines;  ///< in the order of their first appearance
  std::vector<uint32_t> numbers;   ///< line numbers in the text, from 1
  floating::FloatMatrix embeddings;
  std::size_t fromCache = 0;       ///< lines whose embedding the cache had
};

struct Neighbour {
  uint32_t row = 0;  ///< of the corpus
  double cosine = 0;
};

/// The lines of `text` that are not empty, with embeddings from the cache, or from `embed` (a row
/// per line) where it has none. Does not write the cache.
Corpus embedCorpus(
    std::span<const std::string> text, const CorpusCache& cache,
    const std::function<floating::FloatMatrix(const std::vector<std::string>&)>& embed);

/// Those of the largest cosines, largest first; of equal ones the lower row.
std::vector<Neighbour> nearest(std::vector<Neighbour> rows, std::size_t count);
/// The nearest lines by cosine, nearest first; equal ones in the text's order.
std::vector<Neighbour> nearest(const Corpus& corpus, const float* query, std::size_t count);

}  // namespace intformer::embed
