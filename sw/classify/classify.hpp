#pragma once

#include <functional>
#include <vector>

#include "sw/embed/backend.hpp"
#include "sw/graph/token_batch.hpp"
#include "sw/import/head.hpp"

namespace intformer::classify {

/// The head's values for each sequence of the batch, in order (applyHead). Sequences run in batches
/// of similar lengths; calls `progress(sequences done)` after every one.
std::vector<floating::FloatMatrix> classify(
    embed::Backend& backend, const importer::Head& head, const TokenBatch& batch,
    const std::function<void(std::size_t done)>& progress = {});

}  // namespace intformer::classify
