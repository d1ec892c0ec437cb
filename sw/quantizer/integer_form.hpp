#pragma once

#include <vector>

#include "sw/float/float_graph.hpp"
#include "sw/graph/graph.hpp"

namespace intformer::quantizer {

/// A float tensor's integers, in one width or in two.
struct IntegerTensors {
  TensorId narrow = kNoTensor;  ///< int8: operand of products
  TensorId wide = kNoTensor;    ///< int16: sums, and what is added to sums
};

/// A float graph on integer tensors, before anything of its integers is known: without weights and
/// tables, all scales one. It can be compiled and its cycles estimated, not run.
struct IntegerForm {
  /// An operator for each of the float graph that computes something, in its order, for one sequence
  /// of one token.
  Graph graph;
  std::vector<IntegerTensors> tensors;  ///< by the float tensor's id
};

/// A tensor's width follows from who makes it: sums of tables and residual sums are wide, other
/// products, attention's results and what comes in with the tokens narrow. A LayerNorm's result is narrow where products read it, wide
/// where sums do, and both as the graph's output. Narrow and wide tensors of one name are
/// "<name>8" and "<name>16" where a LayerNorm makes them; others have the operator's name.
/// Throws std::invalid_argument, with names, where an operator reads a tensor in a width that it does
/// not have.
IntegerForm integerForm(const floating::FloatGraph& graph);

}  // namespace intformer::quantizer
