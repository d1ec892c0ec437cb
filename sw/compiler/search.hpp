#pragma once

#include <memory>
#include <string>

#include "sw/compiler/compile.hpp"
#include "sw/compiler/layout.hpp"
#include "sw/compiler/lowering.hpp"

namespace intformer::compiler {

/// What judging the ways to compile a graph came to.
struct Judgement {
  Decision decision;   ///< no choices: nothing fits
  std::string reason;  ///< why the last one that does not fit does not
  /// The graph as the first choice lowers it, where the judged part is all of it; else none.
  std::shared_ptr<const Lowered> lowered;
};

/// Lowers the schedules of the graph's representative part (sw/compiler/outline.hpp), measures the
/// promising ones with the performance model, then cuts single operators of the best differently.
/// The effort is bounded by a number of commands; what it finds depends on nothing but its
/// arguments.
Judgement judge(const Graph& graph, const Plan& plan, const MemoryLayout& layout,
                const CompileOptions& options);

/// Whether any schedule fits the device.
bool fits(const Graph& graph, const Plan& plan, const MemoryLayout& layout,
          const CompileOptions& options);

}  // namespace intformer::compiler
