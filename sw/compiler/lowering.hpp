#pragma once

#include <cstdint>

#include "gen/plan.hpp"
#include "sw/compiler/constants.hpp"
#include "sw/compiler/context.hpp"
#include "sw/compiler/layout.hpp"
#include "sw/compiler/schedule.hpp"
#include "sw/compiler/stream.hpp"

namespace intformer::compiler {

/// What a graph became.
struct Lowered {
  Stream stream;
  ConstantPool constants;
  uint64_t spillBytes = 0;    ///< of memory behind the tensors
  uint32_t scratchWords = 0;  ///< held at a time, at most
};

/// Turns a graph into commands, by a schedule of all its operators (`schedule` may go on, for more
/// operators). `sharedConstants` as in CompileOptions. The result refers to graph, plan and layout.
/// Throws Unfit, and CompileError when the program would be too long.
Lowered lower(const Graph& graph, const Plan& plan, const MemoryLayout& layout,
              const Schedule& schedule, const perf::MemoryTiming& memory, bool sharedConstants);

// A file each, lower_*.cpp: one block of rows of one operator to commands.

void lowerLinear(Context& context, uint32_t index, const Linear& op, const RowBlock& block);
void lowerLayerNorm(Context& context, uint32_t index, const LayerNorm& op, const RowBlock& block);
void lowerEmbedding(Context& context, uint32_t index, const Embedding& op, const RowBlock& block);
void lowerProduct(Context& context, uint32_t index, const Product& op, const RowBlock& block);
/// All of an attention operator, or half a step of it.
void lowerAttention(Context& context, const Attention& op, const Task& task);

}  // namespace intformer::compiler
