#pragma once

#include "sw/compiler/layout.hpp"
#include "sw/compiler/lowering.hpp"
#include "sw/program/program.hpp"

namespace intformer::compiler {

/// Gives a lowered graph its places in memory: program, constants, tensors. Without `contents` the
/// constants are left out.
Program assemble(const Graph& graph, const Plan& plan, const MemoryLayout& layout,
                 const Lowered& lowered, bool contents);

}  // namespace intformer::compiler
