#pragma once

#include "gen/tables/commands.hpp"
#include "sw/perf/matmul_unit.hpp"
#include "sw/perf/vector_unit.hpp"
#include "sw/perf/walker.hpp"

namespace intformer::perf {

/// What each unit needs to know of a command of its queue.
CopyCommand copyCommand(const Command& command, uint32_t index);
MatmulCommand matmulCommand(const Command& command, uint32_t index);
VectorCommand vectorCommand(const Command& command, uint32_t index, uint32_t dim);

}  // namespace intformer::perf
