#pragma once

#include <string>

/// The rules of gen/tables/rules.hpp as SystemVerilog, on a command in `command_i`.
namespace intformer {

/// Declarations and assignments: one wire per rule, high where the command breaks it, and `spare`
/// with a bit per group of unused bits.
std::string checkWires();

/// The arms of a `case` over the opcode: they set `queue`, `is_end` and `bad_field`. Neighbours in
/// the table that say the same share one.
std::string checkArms();

/// Whether the memory address or stride is no multiple of DIM.
std::string misalignedWires();

}  // namespace intformer
