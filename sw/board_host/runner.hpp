#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "gen/plan.hpp"
#include "sw/board_host/load.hpp"
#include "sw/graph/graph.hpp"
#include "sw/link/access.hpp"
#include "sw/link/board_link.hpp"
#include "sw/program/program.hpp"
#include "tb/rtl_run.hpp"

namespace intformer::board_host {

/// What the runtime must find in a device of this plan.
intformer_identity identityOf(const Plan& plan);
/// "array.dim 4 and not 8, config hash 0x... and not 0x..."; "" where they agree.
std::string identityDifference(const intformer_identity& found, const intformer_identity& wanted);

/// Moves constants to address 0 and commands behind them: so they lie there in programs for all
/// lengths (CompileOptions::sharedConstants), and another length's finds them in place.
void settleConstants(Program& program);

/// Called while work goes on.
struct Hooks {
  LoadProgress loading = {};
  std::function<void()> waiting = {};
};

/// A device on a board: the runtime over a cable.
class Runner {
 public:
  /// Opens the device of an identified board. Throws LinkError where it is another than the plan's.
  Runner(link::BoardLink& link, const Plan& plan, Hooks hooks = {});
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  /// Throws LinkError, with the bytes that are missing, for a program that needs more memory.
  void checkMemory(const Program& program) const;
  /// Brings commands, constants and inputs to the board, or with `whole` all of the image. Of
  /// commands and constants what the load before brought is not even compared: no run changes it.
  LoadResult load(const Program& program, const Graph& graph, const std::vector<uint8_t>& image,
                  bool whole = false);
  /// Runs what was loaded; `cycles`: that it should take. Throws LinkError where the cable fails.
  tb::DeviceRun run(const Program& program, uint64_t cycles);
  /// Trusts nothing that was loaded: the next load compares all of it.
  void forget() { held_.clear(); }
  /// Bytes of the board's memory, at their place in `memory`.
  void read(uint64_t address, uint64_t bytes, std::vector<uint8_t>& memory);

  [[nodiscard]] link::BoardLink& link() { return link_; }
  [[nodiscard]] const Plan& plan() const { return plan_; }
  /// Of a run, at the board's clock.
  [[nodiscard]] double secondsOf(uint64_t cycles) const;

 private:
  intformer_result start(const tb::Job& job);

  link::BoardLink& link_;
  Plan plan_;
  Hooks hooks_;
  link::BoardAccess access_;
  intformer_device device_{};
  std::vector<uint8_t> held_;  ///< commands and constants that are in the board's memory, from 0 on
};

}  // namespace intformer::board_host
