#pragma once

#include "sw/float/float_graph.hpp"
#include "sw/graph/graph.hpp"

namespace intformer::quantizer {

/// Gives the embedding `op`, which has the sizes of `source`, its tables and scales
/// (docs/2-numerics.md, 2.13): tokens in 14 bits and places (position + segment) in 16, each with a
/// scale per channel. No sum of a token and a place saturates. Returns the real value of one unit of
/// the sum.
double quantizeEmbedding(const floating::FloatEmbedding& source, Embedding& op);

}  // namespace intformer::quantizer
