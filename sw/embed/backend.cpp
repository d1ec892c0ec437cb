#include "sw/embed/backend.hpp"

#include "sw/embed/integer_backend.hpp"
#include "sw/golden/golden.hpp"

namespace intformer {
namespace {

constexpr uint32_t kBatchTokens = 512;

class FloatBackend : public Backend {
 public:
  explicit FloatBackend(const FloatBert& model) : model_(model) {}
  FloatMatrix run(const TokenBatch& batch) override {
    return runFloatBert(model_, batch);
  }
  [[nodiscard]] uint32_t batchTokens() const override { return kBatchTokens; }

 private:
  const FloatBert& model_;
};

using Compute = std::function<TensorValues(const Graph& graph, const TensorValues& inputs)>;

class GraphBackend : public IntegerBackend {
 public:
  GraphBackend(const QuantizedBert& model, Compute compute)
      : IntegerBackend(model), compute_(std::move(compute)) {}
  [[nodiscard]] uint32_t batchTokens() const override { return kBatchTokens; }

 private:
  TensorValues compute(const std::vector<uint32_t>&, const TensorValues& inputs) override {
    return compute_(graph(), inputs);
  }

  Compute compute_;
};

}  // namespace

std::unique_ptr<Backend> floatBackend(const FloatBert& model) {
  return std::make_unique<FloatBackend>(model);
}

std::unique_ptr<Backend> graphBackend(const QuantizedBert& model, Compute compute) {
  return std::make_unique<GraphBackend>(model, std::move(compute));
}

std::unique_ptr<Backend> goldenBackend(const QuantizedBert& model, Family family) {
  return graphBackend(model, [family](const Graph& graph, const TensorValues& inputs) {
    return runGolden(graph, inputs, family);
  });
}

}  // namespace intformer
