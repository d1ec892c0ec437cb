#pragma once

#include <string>

#include "bench/cases.hpp"
#include "bench/figures.hpp"
#include "sw/program/program.hpp"
#include "tb/device.hpp"

namespace intformer::bench {

/// What the sections share.
struct Settings {
  bool quick = false;
  std::string config = "configs/base16.toml";
  std::string model = "configs/models/bert-base.toml";
  std::string smallModel = "configs/models/minilm-shape.toml";  ///< for sentences per second
  std::string trained = "build/models/minilm.itf";  ///< left out where there is none
  uint32_t tokens = 128;
  int runs = 3;

  /// Goals are those of the reference: they mean nothing for other models and devices.
  [[nodiscard]] std::optional<Goal> goal(Goal goal) const {
    const Settings reference;
    if (config != reference.config || model != reference.model || tokens != reference.tokens)
      return std::nullopt;
    return goal;
  }
};

/// RTL, emulator and golden model on one layer, all layers on the RTL, and how fast each is.
/// Returns whether all values were equal.
bool measureSimulation(const Settings& settings, Figures& figures);

/// Drawing, compiling and estimating all layers from token ids.
void measureCompiler(const Settings& settings, Figures& figures);

/// Golden model and emulator on a small model, sentence by sentence; then on a trained one, as
/// `intformer embed` runs it.
void measureSentences(const Settings& settings, Figures& figures);

/// Text to token ids: by the trained vocabulary where it was fetched, else a small one.
void measureTokenizer(const Settings& settings, Figures& figures);

/// The table of utilizations. Returns whether all values were equal where the RTL ran.
bool measureUtilization(const Settings& settings, Figures& figures);

/// One run on the RTL, held to the golden values.
struct RtlFigures {
  uint64_t cycles = 0;
  uint64_t values = 0;
  bool equal = false;
  Seconds seconds;  ///< of simulation
};
RtlFigures runOnRtl(tb::SimDevice& device, const Job& job, const Program& program,
                    const TensorValues& golden, uint32_t latency = 100);

/// MACs of the model per MAC that the array could do in these cycles, in percent.
double utilization(const Job& job, uint64_t cycles);

}  // namespace intformer::bench
