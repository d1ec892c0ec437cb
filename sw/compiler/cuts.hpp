#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "gen/plan.hpp"
#include "sw/compiler/key_plan.hpp"
#include "sw/compiler/schedule.hpp"
#include "sw/compiler/tasks.hpp"

/// How operators are cut, from numbers alone: nothing here knows a graph or a command. Linear
/// operators and attention are cut before lowering begins; embeddings and LayerNorms when it comes
/// to them, by what has found room to stay.
namespace intformer::compiler {

/// What the cut of a linear operator depends on.
struct LinearShape {
  uint32_t rows = 0;         ///< of its tallest row block
  uint32_t depthPanels = 0;  ///< panels of its input
  uint32_t columnTiles = 0;  ///< panels of its output
  uint32_t resultWords = 1;  ///< scratchpad words of a row of one of these: 2 for int16
  uint32_t constants = 0;    ///< scratchpad words of a column tile's constants
  bool opens = false;        ///< the program begins with it
};

/// Commands that last long enough, of which streaming ring, accumulator and results hold four.
/// Where `wanted` is not 0 it is taken, as far as the operator is so large.
/// Whether so many words of a product's left operand, which may be as wide as a sequence is long, stay
/// while column tiles pass over them.
bool keepsLeft(const Plan& plan, const Frame& frame, uint64_t words);
LinearCut linearCut(const Plan& plan, const LinearShape& shape, const Frame& frame,
                    LinearCut wanted = {});

/// What the cut of an attention operator depends on.
struct AttentionShape {
  uint32_t rows = 0;        ///< queries
  uint32_t headPanels = 0;  ///< panels of a head
  KeyShape keys;
  auto operator<=>(const AttentionShape&) const = default;
};

/// What a user or a search wants of an attention operator's cut: at most so many rows, keys in chunks
/// of so many, rounded up to panels (0: as it comes), and a way of the logits.
struct AttentionWish {
  uint32_t rows = 0;
  uint32_t keys = 0;
  std::optional<Logits> logits = {};
  Fusion fusion = Fusion::All;
};

/// The most query rows of which accumulator, statistics and scratchpad hold a step and, if that can
/// be, a step beside it; where keys lie in windows, not so many that a step meets many more keys than
/// each of its rows. Logits lie in the accumulator, where they do not fit or keys are wanted in chunks
/// they are computed twice, if no way is wanted. Throws Unfit.
AttentionCut attentionCut(const Plan& plan, const AttentionShape& shape, const Frame& frame,
                          const AttentionWish& wanted = {});

/// Rows of a step that keeps its logits, keys at a time, and what it takes of the scratchpad with the
/// next step beside it.
struct KeptStep {
  uint32_t rows = 0;
  uint32_t panels = 0;  ///< of keys, at a time
  Division words = {};
};
/// Whether an operator's logits may better be kept: never where the accumulator holds two steps
/// of two tiles of rows; first of all where it does not even hold one of one tile.
enum class Kept : uint8_t { Never, Perhaps, First };
Kept keepLogits(const Plan& plan, const AttentionShape& shape);
/// Ways to do so in the whole scratchpad, most rows first; none where there is no room.
std::vector<KeptStep> keptSteps(const Plan& plan, const AttentionShape& shape);

/// Query rows of the steps through all heads of an attention over rows [first, first + rows) of
/// `total`: at most so many as the cut says, inside one row block each, of like size.
std::vector<QueryRows> attentionSteps(uint32_t heads, uint32_t first, uint32_t rows,
                                      uint32_t total, uint32_t rowBlock, const AttentionCut& cut,
                                      uint32_t dim);

/// How an embedding's block of rows is cut.
struct EmbeddingCut {
  uint32_t rows = 0;    ///< gathered at a time
  uint32_t panels = 0;  ///< gathered at a time
  uint32_t tiles = 0;   ///< of these panels, per residual command
  bool operator==(const EmbeddingCut&) const = default;
};

/// Few rows and many panels at a time: what is read of a row is one burst. Three slices of rows in
/// the ring, so that loads run ahead; of their panels as many per command as leave four in the
/// accumulator. `constants`: words of a panel's; `resident`: results stay, and need no ring.
EmbeddingCut embeddingCut(const Plan& plan, uint32_t rows, uint32_t panels, uint32_t constants,
                          const Division& division, bool resident);

/// Scratchpad words that a panel of a block's normalization takes.
struct NormWords {
  uint32_t streamed = 0;  ///< of its constants, and of its input where that is not resident
  uint32_t results = 0;   ///< that only pass through
};

/// Panels per command of a LayerNorm of so many: several commands, so that stores and the next
/// matmul follow, three of them in the streaming ring and two in that of the results.
uint32_t normPanels(uint32_t panels, const NormWords& words, const Division& division);

}  // namespace intformer::compiler
