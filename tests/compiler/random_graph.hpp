#pragma once

#include "gen/plan.hpp"
#include "sw/compiler/compile.hpp"
#include "sw/graph/graph.hpp"
#include "sw/model/random.hpp"

namespace intformer::test {

/// What a random graph is made of.
struct GraphShape {
  uint32_t rows = 8;
  uint32_t heads = 2;
  uint32_t headWidth = 8;
  uint32_t ffn = 24;
  uint32_t width = 0;   ///< of input and output; 0: heads * headWidth
  bool norm = true;     ///< false: int8 from operator to operator, no residual
  uint32_t sequences = 1;    ///< packed one after the other, an attention operator each
  bool startsWithNorm = false;  ///< the input goes through a LayerNorm that nobody has summed for
  bool narrowIdentity = false;  ///< the first residual adds int8
  Mask mask;
  bool dither = false;
};

/// A transformer-like block with random integers: results are spread over their types, saturate
/// sometimes, and mean nothing.
Graph randomGraph(const GraphShape& shape, model::Random& random);
GraphShape randomShape(model::Random& random);
TensorValues randomInputs(const Graph& graph, model::Random& random);
/// Any device, from starved to generous.
Plan randomPlan(model::Random& random);
/// Wishes for a graph of this shape, many of them left to the compiler.
compiler::CompileOptions randomOptions(const GraphShape& shape, model::Random& random);

}  // namespace intformer::test
