#pragma once

#include <cstdint>
#include <span>

#include "sw/float/float_matrix.hpp"
#include "sw/import/sentence_files.hpp"

namespace intformer::embed {

/// One row per sentence from the last hidden states of its tokens, packed one sentence behind the
/// other: work of the host, the same for all backends. A sentence whose mean is 0 stays 0.
floating::FloatMatrix pool(const floating::FloatMatrix& states, std::span<const uint32_t> lengths,
                           const importer::Pooling& pooling);

}  // namespace intformer::embed
