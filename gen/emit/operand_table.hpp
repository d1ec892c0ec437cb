#pragma once

#include <string>

#include "gen/tables/operands.hpp"

namespace intformer {

/// What an opcode reads and writes, as a table in Markdown; empty where it touches nothing.
std::string operandTable(Opcode opcode);

}  // namespace intformer
