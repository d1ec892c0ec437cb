#pragma once

#include <cstdint>
#include <span>

#include "sw/float/float_matrix.hpp"
#include "sw/import/head.hpp"

namespace intformer::classify {

/// What the head makes of one sequence's last hidden states, a row per token: of Pooler a row as wide
/// as the model, the pooler's output; of Sequence a row of logits; of Tokens a row of logits per
/// token. Work of the host in float32, the same for all backends; sums are made in double and in
/// order, so that a sequence's values do not depend on the batch that it was in.
floating::FloatMatrix applyHead(const importer::Head& head, const floating::FloatMatrix& states,
                                uint32_t firstRow, uint32_t tokens);

/// Scores of a row of logits, in double inside.
void applyFunction(importer::ScoreFunction function, std::span<float> row);

}  // namespace intformer::classify
