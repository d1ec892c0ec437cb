#pragma once

#include <span>

#include "sw/program/program.hpp"

namespace intformer::compiler {

/// Puts programs of one model for several lengths into one memory, each compiled for itself with
/// CompileOptions::sharedConstants: the programs one behind the other, the constants once, for all
/// of them, then the tensors, in a stretch that the programs use in turn. Addresses move by pages,
/// which changes no cycle. Constants stay with the first program, the only one that needs contents;
/// readOnlyEnd and memoryBytes become the same in all. An image is what packReadOnly() makes of each;
/// what is behind readOnlyEnd has to be written before every run.
/// Throws std::invalid_argument for programs whose constants differ in size.
void joinPrograms(std::span<Program> programs);

}  // namespace intformer::compiler
