#pragma once

#include "sw/compiler/context.hpp"

/// Attention over rows whose logits do not fit the accumulator but, in 16 bits, the scratchpad.
namespace intformer::compiler {

/// All steps of an operator. Chunk by chunk, a step's logits are computed beside the weights and
/// products of the step before: both units always have work that waits for nothing.
void attendKept(Context& context, const Attention& op, const AttentionCut& cut);

}  // namespace intformer::compiler
