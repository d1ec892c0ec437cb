#pragma once

#include "sw/float/float_builder.hpp"
#include "sw/float/parameters.hpp"
#include "sw/model/random.hpp"

namespace intformer::test {

inline floating::ModelShape smallShape(uint32_t layers) {
  floating::ModelShape shape;
  shape.width = 6;
  shape.heads = 2;
  shape.ffn = 9;
  shape.layers = layers;
  shape.vocabulary = 11;
  shape.positions = 8;
  return shape;
}

/// An embedding, layers of attention that normalize before it, and a last LayerNorm;
/// or RMSNorms in their place.
inline floating::FloatGraph smallGraph(uint32_t layers, const floating::Reach& reach = {},
                                       bool rootMeanSquare = false) {
  const floating::ModelShape shape = smallShape(layers);
  floating::FloatBuilder builder("small");
  TensorId stream = builder.addEmbedding("sum", "embedding", shape);
  for (uint32_t i = 0; i < layers; ++i) {
    const std::string name = "layer" + std::to_string(i) + ".";
    const TensorId normed =
        builder.addNorm(name + "norm", name + "norm", stream, 1e-5, rootMeanSquare);
    const TensorId context = builder.addAttention(name, name, normed, shape, reach);
    stream = builder.addLinear(name + "residual", name + "output", context, shape.width,
                               floating::FloatResidual{stream});
    builder.endBlock(stream);
  }
  floating::FloatGraph graph =
      builder.take(builder.addNorm("last", "last", stream, 1e-5, rootMeanSquare));
  model::Random random(5);
  floating::visitParameters(graph, [&](const std::string&, const floating::ParameterShape& extents,
                                       std::vector<float>& values) {
    values.resize(extents.size() == 2 ? extents[0] * extents[1] : extents[0]);
    for (float& value : values) value = static_cast<float>(random.normal());
  });
  return graph;
}

}  // namespace intformer::test
