#pragma once

#include <vector>

#include "gen/plan.hpp"
#include "sw/compiler/compile.hpp"
#include "sw/compiler/layout.hpp"
#include "sw/compiler/schedule.hpp"

namespace intformer::compiler {

/// Frames worth trying: row blocks, what stays in the scratchpad, how that is divided. A row block
/// that `options` fix is that of all of them. In the order of a rule of thumb: resident operands
/// before streamed ones, few passes over the weights before many.
std::vector<Frame> proposeFrames(const Graph& graph, const Plan& plan,
                                 const CompileOptions& options);

/// The schedule of a frame: every operator cut by the rules of cuts.hpp, and as `options` wish.
/// Throws Unfit.
Schedule cutOperators(const Graph& graph, const Plan& plan, const MemoryLayout& layout,
                      const Frame& frame, const CompileOptions& options);

/// A schedule with the operators of one shape cut differently.
struct Variation {
  uint32_t op = 0;  ///< the first of that shape
  Schedule schedule;
};

/// Linear operators with more or fewer column tiles per command and depth per chunk, attention with
/// fewer query rows per step, unless `options` say how many. What does not fit is not among them.
std::vector<Variation> vary(const Graph& graph, const Plan& plan, const MemoryLayout& layout,
                            const Schedule& base, const CompileOptions& options);

/// Cuts in `schedule` what `variation` cuts differently from `base`.
void adopt(Schedule& schedule, const Schedule& variation, const Schedule& base);

}  // namespace intformer::compiler
