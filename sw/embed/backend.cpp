#include "sw/embed/backend.hpp"

#include "sw/embed/integer_backend.hpp"
#include "sw/float/run_float.hpp"
#include "sw/golden/golden.hpp"

namespace intformer::embed {

using floating::FloatGraph;
using quantizer::QuantizedModel;

namespace {

constexpr uint32_t kBatchTokens = 512;

class FloatBackend : public Backend {
 public:
  explicit FloatBackend(const FloatGraph& graph) : graph_(graph) {}
  floating::FloatMatrix run(const TokenBatch& batch) override {
    return floating::floatOutput(graph_, batch);
  }
  [[nodiscard]] uint32_t batchTokens() const override { return kBatchTokens; }

 private:
  const FloatGraph& graph_;
};

using Compute = std::function<TensorValues(const Graph& graph, const TensorValues& inputs)>;

class GraphBackend : public IntegerBackend {
 public:
  GraphBackend(const QuantizedModel& model, Compute compute)
      : IntegerBackend(model), compute_(std::move(compute)) {}
  [[nodiscard]] uint32_t batchTokens() const override { return kBatchTokens; }

 private:
  TensorValues compute(const std::vector<uint32_t>&, const TensorValues& inputs) override {
    return compute_(graph(), inputs);
  }

  Compute compute_;
};

}  // namespace

std::unique_ptr<Backend> floatBackend(const FloatGraph& graph) {
  return std::make_unique<FloatBackend>(graph);
}

std::unique_ptr<Backend> graphBackend(const QuantizedModel& model, Compute compute) {
  return std::make_unique<GraphBackend>(model, std::move(compute));
}

std::unique_ptr<Backend> goldenBackend(const QuantizedModel& model, Family family) {
  return graphBackend(model, [family](const Graph& graph, const TensorValues& inputs) {
    return golden::runGoldenAgain(graph, inputs, family);
  });
}

}  // namespace intformer::embed
