#pragma once

#include <string>

#include "sw/compiler/program.hpp"

namespace intformer {

/// One line per command: index, queue, opcode, fields that are not zero, waits, signals, operator.
std::string listProgram(const Program& program);

/// Where everything lies in a memory that begins at `base` (moveCommands), as JSON: program,
/// constants, and each tensor's placement. docs/8-boards.md, section 8.2, describes it.
std::string memoryMapJson(const Program& program, const Graph& graph, uint64_t base = 0);

}  // namespace intformer
