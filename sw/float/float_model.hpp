#pragma once

#include <cstdint>
#include <string>

#include "sw/float/float_graph.hpp"

namespace intformer::floating {

/// Sizes of a stack of layers. Of which network, a model's kind says.
struct ModelShape {
  uint32_t width = 0;       ///< columns of the hidden states
  uint32_t heads = 0;       ///< divide the width
  uint32_t ffn = 0;         ///< columns between the two linear operators of a feed-forward
  uint32_t layers = 0;      ///< blocks of the graph
  uint32_t vocabulary = 0;  ///< rows of the table of tokens
  uint32_t positions = 0;   ///< the longest sequence
  uint32_t segments = 0;    ///< rows of the table of segments; 0: there is none
  double epsilon = 1e-12;   ///< of the LayerNorms
  uint32_t frame = 0;       ///< values that come with a token (FloatInput); 0: its id says all
  ActivationKind activation = ActivationKind::Gelu;  ///< between the two linear operators

  [[nodiscard]] uint32_t headWidth() const { return width / heads; }
};

/// A trained model: its graph is what the family of its kind builds of the shape
/// (sw/import/families.hpp), with parameters.
struct FloatModel {
  std::string kind;
  ModelShape shape;
  FloatGraph graph;
};

/// Leaves the first `count` layers of the model, which has as many.
inline void keepLayers(FloatModel& model, uint32_t count) {
  keepBlocks(model.graph, count);
  model.shape.layers = count;
}

}  // namespace intformer::floating
