#pragma once

#include <utility>

#include "sw/embed/backend.hpp"
#include "sw/graph/check.hpp"
#include "sw/graph/lengths.hpp"

namespace intformer::embed {

/// What all backends of the integers share: the graph for the sequences' lengths, its inputs, and
/// its output in reals.
class IntegerBackend : public Backend {
 public:
  floating::FloatMatrix run(const TokenBatch& batch) final {
    const std::vector<uint32_t> lengths = lengthsOf(batch.sequences);
    setLengths(model_.graph, lengths);
    return quantizer::dequantizeOutput(model_, compute(lengths, quantizer::modelInputs(model_, model_.graph, batch)));
  }

 protected:
  /// Throws GraphError for a graph that checkGraph refuses: checked once, for all sentences.
  explicit IntegerBackend(quantizer::QuantizedModel model) : model_(std::move(model)) {
    checkGraph(model_.graph);
  }

  /// Values of the graph, which has these lengths; output16 at least.
  virtual TensorValues compute(const std::vector<uint32_t>& lengths,
                               const TensorValues& inputs) = 0;

  [[nodiscard]] const Graph& graph() const { return model_.graph; }
  [[nodiscard]] TensorId output() const { return model_.output16; }

 private:
  quantizer::QuantizedModel model_;
};

}  // namespace intformer::embed
