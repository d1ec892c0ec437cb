#pragma once

#include "sw/graph/graph.hpp"
#include "sw/model/random.hpp"

namespace intformer::test {

/// One to four products, each of any two tensors that fit: inputs, constants, or what earlier ones
/// gave, with columns in groups where that can be, and right operands either way round; then perhaps
/// an attention whose keys and values are products, or a linear operator.
Graph randomProducts(uint32_t most, model::Random& random);

/// What a product gives, by the plainest loops over its definition.
Tensor plainProduct(const Graph& graph, const Product& op, const TensorValues& values);

}  // namespace intformer::test
