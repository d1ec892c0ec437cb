#pragma once

#include <cstdint>

#include "sw/compiler/context.hpp"

/// The commands of a step of attention, part by part.
namespace intformer::compiler {

/// The queries of a step; `mayStay`: resident ones are taken as they lie, not loaded.
HeadOperand findQueries(Context& context, const Attention& op, const AttentionStep& step,
                        bool mayStay);
/// Keys (or values) of a step's plan. Resident ones are taken as they lie; of those that `held` has
/// from the step before with this head, what the plan meets again stays, and the rest is released.
void findKeys(Context& context, const Attention& op, const AttentionStep& step,
              TensorId KeySegment::*tensor, HeadOperand& held);
/// Loads the keys (or values) of a plan.
HeadOperand loadKeys(Context& context, const Attention& op, const AttentionStep& step,
                     const KeyPlan& plan, TensorId KeySegment::*tensor);
void releaseHead(Context& context, HeadOperand& operand);

/// Q * K, to new rows of the accumulator.
void emitLogits(Context& context, const Attention& op, AttentionStep& step,
                const HeadOperand& query, const HeadOperand& keys, const KeyPlan& plan);
/// `opens`: no maximum has been taken before. Of a step that keeps its logits they get a place in the
/// scratchpad, and their sums' rows are free then.
void emitMaximum(Context& context, const Attention& op, AttentionStep& step, const KeyPlan& plan,
                 bool opens);
/// Of logits that are in the scratchpad already.
void emitKeptMaximum(Context& context, const Attention& op, const AttentionStep& step,
                     const KeyPlan& plan, bool opens);
/// Weights of logits, whose rows are free then, or in the place of those that were kept. `opens`: no
/// weights have been summed up before.
void emitWeights(Context& context, const Attention& op, AttentionStep& step, const KeyPlan& plan,
                 bool opens);
/// P * V, to the step's sums, which it `opens` or adds to; the weights are free then.
void emitProduct(Context& context, const Attention& op, AttentionStep& step,
                 const HeadOperand& values, bool opens);
void emitScalars(Context& context, const Attention& op, const AttentionStep& step);
/// Normalizes the sums, stores them and frees what the step holds.
void emitResult(Context& context, const Attention& op, AttentionStep& step);

}  // namespace intformer::compiler
