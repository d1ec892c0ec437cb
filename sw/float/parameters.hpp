#pragma once

#include <string>
#include <type_traits>
#include <vector>

#include "sw/float/float_graph.hpp"

namespace intformer::floating {

/// Extents of a parameter, rows first.
using ParameterShape = std::vector<uint64_t>;

/// Calls visit(name, shape, values) for the weights and the bias of a map, const or not.
template <typename Map, typename Visit>
void visitMap(const std::string& name, Map& map, const Visit& visit) {
  visit(name + ".weights", ParameterShape{map.depth, map.cols}, map.weights);
  visit(name + ".bias", ParameterShape{map.cols}, map.bias);
}

/// Calls visit(name, shape, values) for all parameters of a graph, const or not, in the order of its
/// operators. The shape is what an operator asks for, also where `values` are not there yet.
template <typename AnyGraph, typename Visit>
void visitParameters(AnyGraph& graph, const Visit& visit) {
  const auto visitOperator = [&](auto& op) {
    using Op = std::remove_cvref_t<decltype(op)>;
    const uint64_t cols = graph.tensors[op.output].cols;
    if constexpr (std::is_same_v<Op, FloatEmbedding>) {
      visit(op.parameters + ".words", ParameterShape{op.vocabulary, cols}, op.tokenTable);
      visit(op.parameters + ".positions", ParameterShape{op.positions, cols}, op.positionTable);
      if (op.segments != 0)
        visit(op.parameters + ".segments", ParameterShape{op.segments, cols}, op.segmentTable);
    } else if constexpr (std::is_same_v<Op, FloatLinear>) {
      visitMap(op.parameters, op.map, visit);
    } else if constexpr (std::is_same_v<Op, FloatLayerNorm>) {
      visit(op.parameters + ".gamma", ParameterShape{cols}, op.gamma);
      if (!op.rootMeanSquare)
        visit(op.parameters + ".beta", ParameterShape{cols}, op.beta);
    } else {
      static_assert(std::is_same_v<Op, FloatAttention> ||
                    std::is_same_v<Op, FloatInput>);  // have none
    }
  };
  for (auto& op : graph.operators) std::visit(visitOperator, op);
}

}  // namespace intformer::floating
