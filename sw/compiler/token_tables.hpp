#pragma once

#include <cstdint>
#include <vector>

#include "gen/plan.hpp"
#include "sw/graph/graph.hpp"
#include "sw/program/program.hpp"

namespace intformer::compiler {

/// Puts a graph's tables of tokens where its program has them in memory: for other tokens of a
/// graph that gatherTokens() made, and lengths that the program was compiled for. Of what compile()
/// and moves of the program as a whole made, with CompileOptions::sharedConstants. Throws
/// std::out_of_range for a memory that does not hold them.
void packTokenTables(const Graph& graph, const Plan& plan, const Program& program,
                     std::vector<uint8_t>& memory);

}  // namespace intformer::compiler
