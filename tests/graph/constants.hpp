#pragma once

#include <string>

#include "sw/graph/graph.hpp"
#include "sw/model/random.hpp"

namespace intformer::test {

/// Makes constants of some inputs but lists of row numbers, with the values that they have, which go
/// from `inputs`. Returns how many.
inline uint32_t makeConstants(Graph& graph, TensorValues& inputs, model::Random& random) {
  uint32_t made = 0;
  for (TensorId id = 0; id < graph.tensors.size(); ++id) {
    TensorInfo& info = graph.tensors[id];
    if (info.role != TensorRole::Input || info.type == ElementType::Index || random.below(2) == 0)
      continue;
    info.role = TensorRole::Constant;
    graph.constants[id] = std::move(inputs[id]);
    inputs[id] = Tensor();
    ++made;
  }
  return made;
}

}  // namespace intformer::test
