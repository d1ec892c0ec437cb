#pragma once

#include <cstddef>
#include <cstdint>

#include "sw/compiler/context.hpp"

namespace intformer::compiler {

/// The task to lower next: the first that has not begun, unless the array would wait for its
/// operands and another one has its own.
std::size_t pickTask(const Context& context);

/// Notes when a block of a tensor, just lowered, will be there.
void noteWritten(Context& context, TensorId tensor, uint32_t block);

}  // namespace intformer::compiler
