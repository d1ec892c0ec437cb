#pragma once

#include "sw/graph/graph.hpp"
#include "sw/model/random.hpp"
#include "sw/numerics/family.hpp"

namespace intformer::test {

/// Attention as no network has it: some operators that share the queries between them, in order or
/// one row in so many each, over one to three segments of two tensors of keys, whole or in runs,
/// with any masks; groups of heads that share keys; and a linear operator behind it that reads the
/// result. All from and to memory: inputs "query", "key", "value", "memory_key", "memory_value".
struct PatternShape {
  uint32_t most = 40;       ///< rows of a tensor, at most
  uint32_t mostWidth = 20;  ///< of a head
};
Graph randomPattern(const PatternShape& shape, model::Random& random);

/// What an attention operator gives, by the plainest loops over its definition, from nothing that the
/// golden model uses but the functions of a number. Results for the operator's rows alone.
Tensor plainAttention(const Attention& op, const TensorValues& values, Family family);

}  // namespace intformer::test
