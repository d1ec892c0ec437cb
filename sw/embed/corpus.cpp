#include "sw/embed/corpus.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_set>
#include <utility>

namespace intformer::embed {

using floating::FloatMatrix;

Corpus embedCorpus(std::span<const std::string> text, const CorpusCache& cache,
                   const std::function<FloatMatrix(const std::vector<std::string>&)>& embed) {
  Corpus corpus;
  std::unordered_set<std::string> seen;
  std::vector<std::string> missing;
  std::vector<uint32_t> missingRows;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i].empty() || !seen.insert(text[i]).second) continue;
    if (cache.find(text[i]) == nullptr) {
      missing.push_back(text[i]);
      missingRows.push_back(static_cast<uint32_t>(corpus.lines.size()));
    }
    corpus.lines.push_back(text[i]);
    corpus.numbers.push_back(static_cast<uint32_t>(i + 1));
  }
  corpus.fromCache = corpus.lines.size() - missing.size();
  const FloatMatrix fresh = missing.empty() ? FloatMatrix() : embed(missing);
  corpus.embeddings = FloatMatrix(static_cast<uint32_t>(corpus.lines.size()),
                                  missing.empty() ? cache.cols() : fresh.cols);
  for (std::size_t row = 0, next = 0; row < corpus.lines.size(); ++row) {
    const bool isFresh = next < missingRows.size() && missingRows[next] == row;
    const float* values =
        isFresh ? fresh.row(static_cast<uint32_t>(next)) : cache.find(corpus.lines[row]);
    std::copy_n(values, corpus.embeddings.cols, corpus.embeddings.row(static_cast<uint32_t>(row)));
    if (isFresh) ++next;
  }
  return corpus;
}

std::vector<Neighbour> nearest(std::vector<Neighbour> rows, std::size_t count) {
  count = std::min(count, rows.size());
  std::ranges::partial_sort(rows, rows.begin() + static_cast<std::ptrdiff_t>(count),
                            [](const Neighbour& a, const Neighbour& b) {
                              return a.cosine != b.cosine ? a.cosine > b.cosine : a.row < b.row;
                            });
  rows.resize(count);
  return rows;
}

std::vector<Neighbour> nearest(const Corpus& corpus, const float* query, std::size_t count) {
  const uint32_t cols = corpus.embeddings.cols;
  const auto dot = [cols](const float* a, const float* b) {
    double sum = 0;
    for (uint32_t c = 0; c < cols; ++c) sum += double{a[c]} * b[c];
    return sum;
  };
  const double own = dot(query, query);
  std::vector<Neighbour> found;
  for (uint32_t row = 0; row < corpus.embeddings.rows; ++row) {
    const float* other = corpus.embeddings.row(row);
    const double size = std::sqrt(own * dot(other, other));
    found.push_back({row, size > 0 ? dot(query, other) / size : 0});
  }
  return nearest(std::move(found), count);
}

}  // namespace intformer::embed
