#pragma once

#include <cstdint>
#include <optional>

#include "sw/compiler/context.hpp"

/// What every operator needs: places for its results, and loads and stores.
namespace intformer::compiler {

/// Where an operator's block of results goes: a resident place, or pieces that only pass through.
struct Target {
  TensorId tensor = kNoTensor;
  const Resident* resident = nullptr;
};

/// Panels [firstPanel, firstPanel + panels) of rows [firstRow, firstRow + rows) of a tensor.
struct Part {
  uint32_t firstPanel = 0;
  uint32_t panels = 0;
  uint32_t firstRow = 0;
  uint32_t rows = 0;
};

/// A part's place in the scratchpad.
struct Piece {
  uint32_t address = 0;
  uint32_t stride = 0;     ///< words from panel to panel
  bool transient = false;  ///< freed when it is stored
};

/// Runs of `words` in the memory of the constants, `pitch` bytes apart.
struct ConstantRuns {
  uint64_t offset = 0;
  uint64_t pitch = 0;
  uint32_t count = 1;
  uint32_t words = 0;
};

/// The place of a block that its operator writes. Throws Unfit where residence is demanded.
Target findTarget(Context& context, TensorId tensor, const RowBlock& block);
/// Slots for the sums of a LayerNorm that follows in the same segment; none when none does.
std::optional<uint32_t> gatherFor(Context& context, uint32_t op, TensorId output,
                                  const RowBlock& block);
/// The place of some panels of a target's block. Throws Unfit.
Piece place(Context& context, const Target& target, const RowBlock& block, uint32_t firstPanel,
            uint32_t panels);

/// Stores a piece and frees it when it was only passing through.
void store(Context& context, TensorId tensor, const Piece& piece, const Part& part);
/// Loads a part, its panels one behind the other.
void load(Context& context, TensorId tensor, uint32_t address, const Part& part);

/// Panels [firstPanel, firstPanel + panels) of rows [first, first + rows) of a set.
struct SetPart {
  uint32_t firstPanel = 0;
  uint32_t panels = 0;
  RowSet set;
  uint32_t first = 0;
  uint32_t rows = 0;
};

/// The same of rows that need not be neighbours, which takes commands panel by panel and bursts run
/// by run.
void loadRows(Context& context, TensorId tensor, uint32_t address, const SetPart& part);
void storeRows(Context& context, TensorId tensor, const Piece& piece, const SetPart& part);
void loadConstants(Context& context, uint64_t offset, uint32_t address, uint32_t words);
/// `stride`: words in the scratchpad from run to run.
void loadConstants(Context& context, const ConstantRuns& runs, uint32_t address, uint32_t stride);

}  // namespace intformer::compiler
