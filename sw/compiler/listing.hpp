#pragma once

#include <span>
#include <string>

#include "sw/program/program.hpp"

namespace intformer::compiler {

/// One line per command: index, queue, opcode, fields that are not zero, waits, signals, operator.
std::string listProgram(const Program& program);

/// Where a program and its tensors lie in a memory that begins at `base` (moveCommands), as JSON:
/// address, commands, bytes, tensors, operators. `tensors` are the graph's.
/// docs/8-boards.md, section 8.2, describes it.
std::string programMapJson(const Program& program, std::span<const TensorInfo> tensors,
                           uint64_t base = 0);

}  // namespace intformer::compiler
