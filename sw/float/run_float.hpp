#pragma once

#include <vector>

#include "sw/float/float_graph.hpp"
#include "sw/graph/token_batch.hpp"

namespace intformer::floating {

/// By TensorId; empty where not computed. A row per token of the sequences, packed one behind the
/// other without padding.
using FloatValues = std::vector<FloatMatrix>;

/// Runs one operator, whose inputs have their values, on all cores.
/// Throws ImportError for more tokens than positions, an id beyond the vocabulary, pairs where there is
/// one segment, and other frames than the tokens ask for.
void runFloatOperator(const FloatGraph& graph, const FloatOperator& op, const TokenBatch& batch,
                      FloatValues& values);

/// The values of all tensors. Throws as runFloatOperator() does.
FloatValues runFloat(const FloatGraph& graph, const TokenBatch& batch);

/// The output alone; other values go as soon as nothing reads them any more.
FloatMatrix floatOutput(const FloatGraph& graph, const TokenBatch& batch);

}  // namespace intformer::floating
