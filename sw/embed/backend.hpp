#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "gen/plan.hpp"
#include "sw/itf/model_file.hpp"

namespace intformer::embed {

/// The RTL differs from the golden model, or the device stopped.
struct BackendError : std::runtime_error {
  BackendError(const std::string& what, bool deviceStopped)
      : std::runtime_error(what), stopped(deviceStopped) {}
  bool stopped;
};

/// What a device has done so far.
struct DeviceWork {
  std::optional<uint64_t> cycles;  ///< none: the device does not count them
  uint64_t macs = 0;
  uint64_t valuesCompared = 0;
  double utilization = 0;  ///< MACs / (cycles * MACs of the array), where they are counted
};

/// Runs a model on packed sequences.
class Backend {
 public:
  virtual ~Backend() = default;
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;

  /// Last hidden states in reals, a row per token of the sequences, one behind the other.
  virtual floating::FloatMatrix run(const TokenBatch& batch) = 0;
  /// Tokens that one batch should have: more do not make it faster.
  [[nodiscard]] virtual uint32_t batchTokens() const = 0;
  /// Nothing for backends without a device.
  [[nodiscard]] virtual const DeviceWork* work() const { return nullptr; }

 protected:
  Backend() = default;
};

/// The trained model in float32. Keeps a reference to its graph.
std::unique_ptr<Backend> floatBackend(const floating::FloatGraph& graph);
/// The integers, computed by `compute`: all values of the graph, or output16 at least, from its
/// inputs.
std::unique_ptr<Backend> graphBackend(
    const quantizer::QuantizedModel& model,
    std::function<TensorValues(const Graph& graph, const TensorValues& inputs)> compute);
/// The integers on the golden model.
std::unique_ptr<Backend> goldenBackend(const quantizer::QuantizedModel& model, Family family);
/// The integers, compiled for a device, on the emulator. The schedule is the first that fits, not
/// the one of the fewest cycles, which takes longer to find than to emulate; the values are the
/// same. Programs are kept for lengths that come again. Throws CompileError from run() for models
/// that do not fit, BackendError for programs that the emulator refuses.
std::unique_ptr<Backend> emulatorBackend(const quantizer::QuantizedModel& model, const Plan& plan);
/// The integers on the simulated RTL; all its tensors are compared with the golden model. Compiled
/// for the fewest cycles.
/// `progress(part of the commands done, cycle)` is called while it runs. Builds the device (or
/// finds it built) at once. run() throws CompileError, and BackendError for a difference.
std::unique_ptr<Backend> rtlBackend(const quantizer::QuantizedModel& model, const Plan& plan,
                                    std::function<void(double part, uint64_t cycle)> progress);

}  // namespace intformer::embed
