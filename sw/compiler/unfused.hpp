#pragma once

#include "sw/compiler/context.hpp"

/// Attention whose parts are operators of their own, with memory between them: what fusing them is
/// compared with. The same bits.
namespace intformer::compiler {

/// All steps of an operator, in blocks of as many query rows as half of the statistics' slots:
/// Fusion::None logits of a block to memory, their maximum and weights from and to memory, products with
/// the values; Fusion::Softmax the first two at once. Products of the next block stand between the
/// weights and the products of one, so that the array does not wait for the lanes.
void attendUnfused(Context& context, const Attention& op, const AttentionCut& cut);

}  // namespace intformer::compiler
