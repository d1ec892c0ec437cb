#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "sw/embed/backend.hpp"

namespace intformer::embed {

/// The sentences' indices in batches of similar lengths: each of at most `tokens` tokens, or of one
/// sentence. Longest first, so that what is left gets ever quicker.
std::vector<std::vector<uint32_t>> batchesOf(std::span<const std::vector<uint32_t>> sentences,
                                             uint32_t tokens);

/// A row per sentence, in the order given. Calls `progress(sentences done)` after every batch.
floating::FloatMatrix embedSentences(Backend& backend, const importer::Pooling& pooling,
                                     std::span<const std::vector<uint32_t>> sentences,
                                     const std::function<void(std::size_t done)>& progress = {});

}  // namespace intformer::embed
