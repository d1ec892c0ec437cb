#pragma once

#include <string>

#include "sw/compiler/program.hpp"

namespace intformer {

/// One line per command: index, queue, opcode, fields that are not zero, waits, signals, operator.
std::string listProgram(const Program& program);

/// Where everything lies in memory, as JSON: program, constants, and each tensor's placement.
std::string memoryMapJson(const Program& program, const Graph& graph);

}  // namespace intformer
