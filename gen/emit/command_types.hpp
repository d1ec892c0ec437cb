#pragma once

#include <string>

namespace intformer {

/// Structs of the package for the commands of each queue, down to bit 0 of word 0: load_command_t,
/// matmul_command_t, vector_command_t, store_command_t. Those of the vector queue's row-scalar
/// commands lie where the others have theirs: scalar_command_t, as wide.
std::string commandTypes();

/// Structs of the package for how commands end: done_t, error_t.
std::string outcomeTypes();

}  // namespace intformer
