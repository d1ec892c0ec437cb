#pragma once

#include <cstdint>

#include "gen/plan.hpp"
#include "sw/compiler/layout.hpp"
#include "sw/graph/graph.hpp"
#include "sw/perf/memory_timing.hpp"

namespace intformer::compiler {

/// Cycles that no schedule of a graph gets below: of the array, where a tile takes as many as rows
/// pass it, at least DIM; of the bus, which reads all weights and constants and writes all results
/// once; of DRAM's chips, which do both on the same lines.
uint64_t leastCycles(const Graph& graph, const Plan& plan, const MemoryLayout& layout,
                     const perf::MemoryTiming& memory = {});

}  // namespace intformer::compiler
