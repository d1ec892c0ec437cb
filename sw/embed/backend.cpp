#include "sw/embed/backend.hpp"

#include "gen/emit/emit.hpp"
#include "sw/compiler/compile.hpp"
#include "sw/emulator/emulator.hpp"
#include "sw/golden/golden.hpp"
#include "sw/model/lengths.hpp"
#include "tb/build_device.hpp"
#include "tb/check.hpp"

namespace intformer {
namespace {

std::vector<uint32_t> lengthsOf(std::span<const std::vector<uint32_t>> sentences) {
  std::vector<uint32_t> lengths;
  for (const auto& tokens : sentences) lengths.push_back(static_cast<uint32_t>(tokens.size()));
  return lengths;
}

class FloatBackend : public Backend {
 public:
  explicit FloatBackend(const FloatBert& model) : model_(model) {}
  FloatMatrix run(std::span<const std::vector<uint32_t>> sentences) override {
    return runFloatBert(model_, sentences);
  }
  [[nodiscard]] uint32_t batchTokens() const override { return 512; }

 private:
  const FloatBert& model_;
};

class GoldenBackend : public Backend {
 public:
  GoldenBackend(const QuantizedBert& model, Family family) : model_(model), family_(family) {}
  FloatMatrix run(std::span<const std::vector<uint32_t>> sentences) override {
    setLengths(model_.graph, lengthsOf(sentences));
    return dequantizeOutput(
        model_, runGolden(model_.graph, tokenInputs(model_.graph, sentences), family_));
  }
  [[nodiscard]] uint32_t batchTokens() const override { return 512; }

 private:
  QuantizedBert model_;
  Family family_;
};

/// What emulator and RTL share: a program for the batch, and its output in the memory.
class CompiledBackend : public Backend {
 protected:
  CompiledBackend(const QuantizedBert& model, const Plan& plan) : model_(model), plan_(plan) {}

  /// Sets graph and program, returns the inputs.
  TensorValues prepare(std::span<const std::vector<uint32_t>> sentences) {
    setLengths(model_.graph, lengthsOf(sentences));
    program_ = compile(model_.graph, plan_, {.storeAttentionWeights = false});
    return tokenInputs(model_.graph, sentences);
  }
  [[nodiscard]] FloatMatrix states(const std::vector<uint8_t>& memory) const {
    TensorValues values(model_.graph.tensors.size());
    for (const Placement& placement : program_.placements)
      if (placement.tensor == model_.output16)
        values[model_.output16] =
            unpackTensor(placement, model_.graph.tensors[model_.output16], memory);
    return dequantizeOutput(model_, values);
  }

  QuantizedBert model_;
  Plan plan_;
  Program program_;
};

class EmulatorBackend : public CompiledBackend {
 public:
  EmulatorBackend(const QuantizedBert& model, const Plan& plan) : CompiledBackend(model, plan) {}
  FloatMatrix run(std::span<const std::vector<uint32_t>> sentences) override {
    const TensorValues inputs = prepare(sentences);
    std::vector<uint8_t> memory = buildImage(program_, model_.graph, inputs);
    const EmulationResult result = runProgram(plan_, program_, memory);
    if (!result.ok())
      throw BackendError("emulator: " + result.message, result.fault == Fault::DeviceError);
    return states(memory);
  }
  [[nodiscard]] uint32_t batchTokens() const override { return 256; }
};

class RtlBackend : public CompiledBackend {
 public:
  RtlBackend(const QuantizedBert& model, const Plan& plan,
             std::function<void(double, uint64_t)> progress)
      : CompiledBackend(model, plan),
        progress_(std::move(progress)),
        device_(tb::buildDevice(
            plan, emitAll(plan),
            {.root = {}, .traced = false, .assertions = false, .quiet = false})) {}
  FloatMatrix run(std::span<const std::vector<uint32_t>> sentences) override {
    const TensorValues inputs = prepare(sentences);
    const TensorValues golden = runGolden(model_.graph, inputs, plan_.family);
    tb::Scoreboard scoreboard(program_, model_.graph, golden);
    device_.setProgress([&](uint64_t cycle) {
      const auto events = device_.events();
      const double done = events.empty() ? 0 : events.back().command;
      if (progress_) progress_(done / static_cast<double>(program_.commands.size()), cycle);
    });
    const tb::RtlCheck check =
        tb::checkOnDevice(device_, plan_, program_, scoreboard,
                          buildImage(program_, model_.graph, inputs), tb::memoryTiming());
    if (check.comparison.first)
      throw BackendError("RTL, first difference: " + check.comparison.first->text(), false);
    if (!check.run.ok()) throw BackendError("RTL: " + check.run.text(), true);
    count(check);
    return states(device_.memory());
  }
  [[nodiscard]] uint32_t batchTokens() const override { return 128; }
  [[nodiscard]] const DeviceWork* work() const override { return &work_; }

 private:
  void count(const tb::RtlCheck& check) {
    work_.cycles += check.run.counters[INTFORMER_COUNT_CYCLES];
    work_.valuesCompared += check.comparison.values;
    for (const Operator& op : model_.graph.operators) work_.macs += macs(model_.graph, op);
    work_.utilization = static_cast<double>(work_.macs) /
                        (static_cast<double>(work_.cycles) * plan_.dim * plan_.dim);
  }

  std::function<void(double, uint64_t)> progress_;
  tb::SimDevice device_;
  DeviceWork work_;
};

}  // namespace

std::unique_ptr<Backend> floatBackend(const FloatBert& model) {
  return std::make_unique<FloatBackend>(model);
}
std::unique_ptr<Backend> goldenBackend(const QuantizedBert& model, Family family) {
  return std::make_unique<GoldenBackend>(model, family);
}
std::unique_ptr<Backend> emulatorBackend(const QuantizedBert& model, const Plan& plan) {
  return std::make_unique<EmulatorBackend>(model, plan);
}
std::unique_ptr<Backend> rtlBackend(const QuantizedBert& model, const Plan& plan,
                                    std::function<void(double, uint64_t)> progress) {
  return std::make_unique<RtlBackend>(model, plan, std::move(progress));
}

}  // namespace intformer
