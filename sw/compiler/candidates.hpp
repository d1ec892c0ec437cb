#pragma once

#include <vector>

#include "sw/compiler/compile.hpp"

namespace intformer {

/// Ways to cut a whole graph: row blocks, what stays in the scratchpad, how that is divided. What
/// `options` fix is the same in all of them. In the order of a rule of thumb: resident operands
/// before streamed ones, few passes over the weights before many.
std::vector<CompileOptions> schedules(const Graph& graph, const Plan& plan,
                                      const CompileOptions& options);

/// Ways to cut single operators differently in a program that was compiled with `options`.
std::vector<Choice> variations(const Graph& graph, const Plan& plan, const Program& program,
                               const CompileOptions& options);
/// Changes `options` in what sets a variation apart.
void adopt(CompileOptions& options, const Choice& variation);

}  // namespace intformer
