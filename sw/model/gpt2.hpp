#pragma once

#include <cstdint>
#include <vector>

#include "sw/float/float_model.hpp"
#include "sw/model/bert.hpp"

/// GPT-2's shape: layers that normalize before attention and before the feed-forward, causal
/// attention, an activation, and a LayerNorm at the end. Weights come from a seed.
namespace intformer::model::gpt2 {

/// Its float graph, without parameters: "embedding.sum", the stream that "layer<n>.attention.residual"
/// and "layer<n>.ffn.residual" add to, and the last LayerNorm, "output".
floating::FloatModel build(const floating::ModelShape& shape);

/// The same with parameters from the seed.
floating::FloatModel draw(const floating::ModelShape& shape, uint64_t seed);

floating::ModelShape shapeOf(const ModelSpec& spec, uint32_t layers);

/// The first layers of the spec's shape in integers, by quantizeModel() of what is drawn, on a batch;
/// the inputs are "tokens" and "places". Throws std::invalid_argument as setLengths() does.
Graph buildGraph(const ModelSpec& spec, uint32_t layers, const std::vector<uint32_t>& lengths,
                 uint64_t seed, Integers integers);

}  // namespace intformer::model::gpt2
