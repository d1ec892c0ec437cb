#pragma once

#include <optional>
#include <span>
#include <vector>

#include "gen/plan.hpp"
#include "sw/graph/graph.hpp"
#include "sw/perf/memory_timing.hpp"

namespace intformer::report {

/// What a number of lanes costs a model.
struct LanesRow {
  Plan plan;  ///< with so many lanes
  uint64_t cycles = 0;
  double loss = 0;  ///< cycles beyond those of the fastest, of these
  bool proposed = false;
};

/// A model's cycles may grow so much for fewer lanes.
inline constexpr double kLanesMayCost = 0.001;

/// From a lane for each column down to one; proposed are the fewest that cost less than
/// kLanesMayCost. Compiles and estimates the model for each.
std::vector<LanesRow> lanesByNeed(const Graph& graph, const TensorValues& inputs, const Plan& plan,
                                  const perf::MemoryTiming& memory);

/// Marks the fewest lanes of rows in falling order; rows have cycles.
void propose(std::vector<LanesRow>& rows);

}  // namespace intformer::report
