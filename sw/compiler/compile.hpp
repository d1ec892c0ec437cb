#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <vector>

#include "gen/plan.hpp"
#include "sw/compiler/schedule.hpp"
#include "sw/graph/graph.hpp"
#include "sw/perf/memory_timing.hpp"
#include "sw/program/program.hpp"

namespace intformer::compiler {

/// A user's wishes. None of them changes a result; what is 0 the compiler chooses.
struct CompileOptions {
  uint32_t rowBlock = 0;       ///< rows that one pass over an operator's weights covers
  uint32_t attentionRows = 0;  ///< query rows per attention step
  uint32_t keyChunk = 0;       ///< keys at a time: not the accumulator's way
  std::optional<Logits> logits = {};  ///< of every attention operator
  Fusion fusion = Fusion::All;        ///< of every attention operator
  uint32_t columnTiles = 0;    ///< column tiles per matmul command
  uint32_t depthPanels = 0;    ///< panels of depth per weight chunk
  perf::MemoryTiming memory = {};  ///< that the program will meet
  bool storeAttentionWeights = true;  ///< the unnormalized weights are worth comparing, not using
  /// False: the first schedule that fits, quickly; others are weighed only where it fits a part of
  /// the model and not the whole.
  bool search = true;
  /// True: constants lie in memory as they do in programs for all other lengths, so that these can
  /// share them (sw/compiler/join.hpp): in the graph's order, a linear operator's column tile after
  /// tile, whatever tiles are loaded together. It costs a further load where that is several.
  bool sharedConstants = false;
  /// False: without the contents of weights and tables, which the graph then need not have.
  bool contents = true;
};

/// A schedule, and what it costs by the performance model.
struct Choice {
  Schedule schedule = {};
  /// The operator that is cut differently from a schedule measured before, the first of its shape;
  /// none: the frame differs, or several operators do.
  std::optional<uint32_t> differs = {};
  uint64_t cycles = 0;  ///< of the judged part; 0: not measured, as nothing was searched
  uint64_t bytes = 0;   ///< that it moves
};

/// What compile() weighed.
struct Decision {
  /// Operators of the judged part: all, or those before the layers that only repeat others.
  std::size_t operators = 0;
  std::vector<Choice> choices;  ///< by cycles: the first is taken
};

/// A model that cannot run on a device. what() says why, and which config key to raise to what.
class CompileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Compiles a graph for a device: tiles, memory map, constants, command program.
/// Every tensor of the graph ends in memory (attention weights only when the options ask).
/// Among the schedules that fit, the one of the fewest cycles by the performance model is taken;
/// `decision` receives them.
/// Throws CompileError when the model does not fit, GraphError when checkGraph refuses it.
Program compile(const Graph& graph, const Plan& plan, const CompileOptions& options = {},
                Decision* decision = nullptr);

/// Compiles by a schedule, for example that of a Choice. Of the options those count that leave the
/// schedule alone. Throws Unfit when it does not fit.
Program compileSchedule(const Graph& graph, const Plan& plan, const Schedule& schedule,
                const CompileOptions& options = {});

}  // namespace intformer::compiler
