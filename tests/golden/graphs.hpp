#pragma once

#include <string>
#include <vector>

#include "sw/golden/golden.hpp"

/// Small graphs of one operator for the tests of the golden model.
namespace intformer::test {

inline Tensor matrix(ElementType type, uint32_t rows, uint32_t cols, std::vector<int16_t> data) {
  Tensor tensor(type, rows, cols);
  tensor.data = std::move(data);
  return tensor;
}

inline TensorId addInput(Graph& graph, TensorValues& values, const std::string& name,
                         Tensor tensor) {
  const TensorId id = graph.addTensor(
      {name, tensor.type, tensor.rows, tensor.cols, TensorRole::Input, 0});
  values.resize(id + 1);
  values[id] = std::move(tensor);
  return id;
}

inline TensorId addOutput(Graph& graph, const std::string& name, ElementType type, uint32_t rows,
                          uint32_t cols) {
  return graph.addTensor({name, type, rows, cols, TensorRole::Output, 0});
}

}  // namespace intformer::test
