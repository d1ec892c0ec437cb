#pragma once

#include <string>

#include "sw/graph/graph.hpp"
#include "sw/import/bert_model.hpp"

namespace intformer {

/// A model's embedding in integers (docs/2-numerics.md, 2.13). The caller adds the tensors.
struct QuantizedEmbedding {
  Embedding op;
  double step = 0;  ///< real value of one unit of the sum
};

/// Tokens in 14 bits and places (position + segment) in 16, each with a scale per channel. No sum
/// of a token and a place saturates.
QuantizedEmbedding quantizeEmbedding(const std::string& name, const FloatBert& model);

}  // namespace intformer
