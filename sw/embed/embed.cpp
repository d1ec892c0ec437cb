#include "sw/embed/embed.hpp"

#include <algorithm>
#include <numeric>

#include "sw/embed/pooling.hpp"
#include "sw/graph/lengths.hpp"

namespace intformer::embed {

using floating::FloatMatrix;

std::vector<std::vector<uint32_t>> batchesOf(std::span<const std::vector<uint32_t>> sentences,
                                             uint32_t tokens) {
  std::vector<uint32_t> order(sentences.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, std::ranges::greater(),
                           [&](uint32_t i) { return sentences[i].size(); });
  std::vector<std::vector<uint32_t>> batches;
  std::size_t used = 0;
  for (const uint32_t i : order) {
    if (batches.empty() || used + sentences[i].size() > tokens) {
      batches.emplace_back();
      used = 0;
    }
    batches.back().push_back(i);
    used += sentences[i].size();
  }
  return batches;
}

FloatMatrix embedSentences(Backend& backend, const importer::Pooling& pooling,
                           std::span<const std::vector<uint32_t>> sentences,
                           const std::function<void(std::size_t done)>& progress) {
  FloatMatrix result;
  std::size_t done = 0;
  for (const auto& batch : batchesOf(sentences, backend.batchTokens())) {
    std::vector<std::vector<uint32_t>> packed;
    for (const uint32_t i : batch) packed.push_back(sentences[i]);
    const FloatMatrix pooled = pool(backend.run(packed), lengthsOf(packed), pooling);
    if (result.data.empty())
      result = FloatMatrix(static_cast<uint32_t>(sentences.size()), pooled.cols);
    for (uint32_t row = 0; row < pooled.rows; ++row)
      std::copy_n(pooled.row(row), pooled.cols, result.row(batch[row]));
    done += batch.size();
    if (progress) progress(done);
  }
  return result;
}

}  // namespace intformer::embed
