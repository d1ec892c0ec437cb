#pragma once

#include <cstdint>

#include "sw/compiler/context.hpp"

/// The commands of a step of attention, part by part.
namespace intformer::compiler {

/// Keys [first, first + count) of a sequence.
struct KeyRange {
  uint32_t first = 0;
  uint32_t count = 0;
};

/// Loads rows [firstRow, +rows) of a head.
HeadOperand loadHead(Context& context, TensorId tensor, uint32_t head, uint32_t firstRow,
                     uint32_t rows);
/// The same where it is not resident.
HeadOperand findHead(Context& context, TensorId tensor, uint32_t head, uint32_t firstRow,
                     uint32_t rows);
void releaseHead(Context& context, HeadOperand& operand);

/// Q * K, to new rows of the accumulator.
void emitLogits(Context& context, const Attention& op, AttentionStep& step,
                const HeadOperand& query, const HeadOperand& keys, uint32_t keyCount);
void emitMaximum(Context& context, const Attention& op, const AttentionStep& step,
                 const KeyRange& keys);
/// Weights of logits, whose rows are free then.
void emitWeights(Context& context, const Attention& op, AttentionStep& step, const KeyRange& keys);
/// P * V, to the step's sums; the weights are free then.
void emitProduct(Context& context, const Attention& op, AttentionStep& step,
                 const HeadOperand& values, const KeyRange& keys);
void emitScalars(Context& context, const Attention& op, const AttentionStep& step);
/// Normalizes the sums, stores them and frees what the step holds.
void emitResult(Context& context, const Attention& op, AttentionStep& step);

}  // namespace intformer::compiler
