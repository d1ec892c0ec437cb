#pragma once

#include <algorithm>

#include "sw/graph/graph.hpp"

namespace intformer::test {

/// Makes RMSNorms of all LayerNorms.
inline void useRootMeanSquare(Graph& graph) {
  for (Operator& op : graph.operators) {
    auto* norm = std::get_if<LayerNorm>(&op);
    if (norm == nullptr) continue;
    norm->rootMeanSquare = true;
    std::ranges::fill(norm->offset, 0);
  }
}

}  // namespace intformer::test
