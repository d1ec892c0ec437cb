#include "sw/classify/classify.hpp"

#include "sw/classify/apply_head.hpp"
#include "sw/embed/embed.hpp"

namespace intformer::classify {

using floating::FloatMatrix;

std::vector<FloatMatrix> classify(embed::Backend& backend, const importer::Head& head,
                                  const TokenBatch& batch,
                                  const std::function<void(std::size_t done)>& progress) {
  std::vector<FloatMatrix> results(batch.sequences.size());
  std::size_t done = 0;
  for (const auto& part : embed::batchesOf(batch.sequences, backend.batchTokens())) {
    std::vector<std::vector<uint32_t>> packed;
    std::vector<uint32_t> firstTexts;
    for (const uint32_t i : part) {
      packed.push_back(batch.sequences[i]);
      if (!batch.firstTexts.empty()) firstTexts.push_back(batch.firstTexts[i]);
    }
    const FloatMatrix states = backend.run({packed, firstTexts});
    uint32_t row = 0;
    for (std::size_t k = 0; k < part.size(); ++k) {
      const auto tokens = static_cast<uint32_t>(packed[k].size());
      results[part[k]] = applyHead(head, states, row, tokens);
      row += tokens;
    }
    done += part.size();
    if (progress) progress(done);
  }
  return results;
}

}  // namespace intformer::classify
