#pragma once

#include <span>
#include <string>

#include "gen/plan.hpp"
#include "sw/compiler/compile.hpp"

namespace intformer::report {

/// What `compile --explain` says of a compiled model.
struct Explanation {
  std::string text;  ///< tables of at most 100 columns
  std::string json;
};

/// Explains a program: for each group of operators of one shape how it was cut, what stayed on the
/// chip, what it costs and what bounds it; then the other ways that were weighed, and their costs.
/// `memory`: that it was compiled for; `lists`: the row numbers that its gathers will read
/// (buildLists()), empty where it has none; `title` says which model on which device.
Explanation explain(const Graph& graph, const Plan& plan, const perf::MemoryTiming& memory,
                    const Program& program, const compiler::Decision& decision,
                    std::span<const uint8_t> lists, const std::string& title);

}  // namespace intformer::report
