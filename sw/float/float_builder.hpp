#pragma once

#include <string>

#include "sw/float/float_model.hpp"

namespace intformer::floating {

/// What builders of float graphs share: adds an operator and its output, which has the operator's
/// name, and returns the output. Parameters stay empty; visitParameters() says what they must be.
class FloatBuilder {
 public:
  explicit FloatBuilder(std::string name) { graph_.name = std::move(name); }

  TensorId addInput(const std::string& name, uint32_t cols);
  TensorId addEmbedding(const std::string& name, const std::string& parameters,
                        const ModelShape& shape);
  TensorId addNorm(const std::string& name, const std::string& parameters, TensorId input,
                   double epsilon, bool rootMeanSquare = false);
  TensorId addLinear(const std::string& name, const std::string& parameters, TensorId input,
                     uint32_t cols, FloatEpilogue epilogue, uint32_t groupCols = 0);
  /// Query, key and value of the input and what the heads make of them: "<prefix>query" to
  /// "<prefix>context", with the parameters "<parameters>query" to "<parameters>value".
  TensorId addAttention(const std::string& prefix, const std::string& parameters, TensorId input,
                        const ModelShape& shape, const Reach& reach);
  /// A layer that normalizes before attention and before its feed-forward: "layer<index>.*".
  TensorId addPreNormLayer(uint32_t index, TensorId stream, const ModelShape& shape,
                           const Reach& reach);
  /// What was added since the last block is one.
  void endBlock(TensorId output) { graph_.blocks.push_back({graph_.operators.size(), output}); }

  FloatGraph take(TensorId output) {
    graph_.output = output;
    return std::move(graph_);
  }

 private:
  [[nodiscard]] uint32_t colsOf(TensorId id) const { return graph_.tensors[id].cols; }

  FloatGraph graph_;
};

}  // namespace intformer::floating
