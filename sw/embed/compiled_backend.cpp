// Backends that run a compiled program: the emulator and the simulated RTL.

#include "gen/emit/emit.hpp"
#include "sw/compiler/compile.hpp"
#include "sw/embed/integer_backend.hpp"
#include "sw/embed/program_cache.hpp"
#include "sw/emulator/emulator.hpp"
#include "sw/golden/golden.hpp"
#include "tb/build_device.hpp"
#include "tb/check.hpp"

namespace intformer::embed {

using quantizer::QuantizedModel;

namespace {

class CompiledBackend : public IntegerBackend {
 protected:
  CompiledBackend(const QuantizedModel& model, const Plan& plan, bool search)
      : IntegerBackend(model), plan_(plan), search_(search) {}

  /// The program for these lengths, with an image that is ready to run.
  CompiledBatch& prepare(const std::vector<uint32_t>& lengths, const TensorValues& inputs) {
    if (CompiledBatch* const known = programs_.find(lengths)) {
      renewImage(known->program, graph(), inputs, known->image);
      return *known;
    }
    CompiledBatch batch{.lengths = lengths, .program = {}, .image = {}};
    batch.program =
        compiler::compile(graph(), plan_, {.storeAttentionWeights = false, .search = search_});
    batch.image = buildImage(batch.program, graph(), inputs);
    batch.program.constants.clear();
    return programs_.add(std::move(batch));
  }
  /// The output alone.
  [[nodiscard]] TensorValues outputOf(const Program& program,
                                      const std::vector<uint8_t>& memory) const {
    TensorValues values(graph().tensors.size());
    for (const Placement& placement : program.placements)
      if (placement.tensor == output())
        values[output()] = unpackTensor(placement, graph().tensors[output()], memory);
    return values;
  }
  [[nodiscard]] const Plan& plan() const { return plan_; }

 private:
  Plan plan_;
  bool search_;
  ProgramCache programs_{kProgramCacheBytes};
};

class EmulatorBackend : public CompiledBackend {
 public:
  EmulatorBackend(const QuantizedModel& model, const Plan& plan)
      : CompiledBackend(model, plan, false) {}
  [[nodiscard]] uint32_t batchTokens() const override { return 256; }

 private:
  TensorValues compute(const std::vector<uint32_t>& lengths, const TensorValues& inputs) override {
    CompiledBatch& batch = prepare(lengths, inputs);
    const emulator::EmulationResult result =
        emulator::runProgram(plan(), batch.program, batch.image);
    if (!result.ok())
      throw BackendError("emulator: " + result.message,
                         result.fault == emulator::Fault::DeviceError);
    return outputOf(batch.program, batch.image);
  }
};

class RtlBackend : public CompiledBackend {
 public:
  RtlBackend(const QuantizedModel& model, const Plan& plan,
             std::function<void(double, uint64_t)> progress)
      : CompiledBackend(model, plan, true),
        progress_(std::move(progress)),
        device_(tb::buildDevice(
            plan, emitAll(plan),
            {.root = {}, .traced = false, .assertions = false, .quiet = false})) {}
  [[nodiscard]] uint32_t batchTokens() const override { return 128; }
  [[nodiscard]] const DeviceWork* work() const override { return &work_; }

 private:
  TensorValues compute(const std::vector<uint32_t>& lengths, const TensorValues& inputs) override {
    const CompiledBatch& batch = prepare(lengths, inputs);
    const TensorValues golden = golden::runGoldenAgain(graph(), inputs, plan().family);
    tb::Scoreboard scoreboard(batch.program, graph(), golden);
    device_.setProgress([&](uint64_t cycle) {
      const auto events = device_.events();
      const double done = events.empty() ? 0 : events.back().command;
      if (progress_) progress_(done / static_cast<double>(batch.program.commands.size()), cycle);
    });
    const tb::RtlCheck check = tb::checkOnDevice(device_, plan(), batch.program, scoreboard,
                                                 batch.image, tb::memoryTiming());
    device_.setProgress({});  // it refers to the batch
    if (check.comparison.first)
      throw BackendError("RTL, first difference: " + check.comparison.first->text(), false);
    if (!check.run.ok()) throw BackendError("RTL: " + check.run.text(), true);
    count(check);
    return outputOf(batch.program, device_.memory());
  }

  void count(const tb::RtlCheck& check) {
    work_.valuesCompared += check.comparison.values;
    for (const Operator& op : graph().operators) work_.macs += macs(graph(), op);
    if (!check.run.counts(INTFORMER_COUNT_CYCLES)) return;
    work_.cycles = work_.cycles.value_or(0) + check.run.counters[INTFORMER_COUNT_CYCLES];
    work_.utilization = static_cast<double>(work_.macs) /
                        (static_cast<double>(*work_.cycles) * plan().dim * plan().dim);
  }

  std::function<void(double, uint64_t)> progress_;
  tb::SimDevice device_;
  DeviceWork work_;
};

}  // namespace

std::unique_ptr<Backend> emulatorBackend(const QuantizedModel& model, const Plan& plan) {
  return std::make_unique<EmulatorBackend>(model, plan);
}

std::unique_ptr<Backend> rtlBackend(const QuantizedModel& model, const Plan& plan,
                                    std::function<void(double, uint64_t)> progress) {
  return std::make_unique<RtlBackend>(model, plan, std::move(progress));
}

}  // namespace intformer::embed
