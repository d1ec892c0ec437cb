#pragma once

#include <cstdint>
#include <string>

#include "sw/graph/tensor.hpp"
#include "sw/graph/traits.hpp"

/// What attention attends to, apart from who does.
namespace intformer {

/// Rows of a tensor: `run` neighbours, and again, every `step` rows.
struct RowSet {
  uint32_t first = 0;
  uint32_t rows = 0;
  uint32_t run = 1;
  uint32_t step = 1;  ///< from run to run; at least `run`

  [[nodiscard]] bool isRange() const { return run == step; }
  /// The tensor's row that is the set's row `index`.
  [[nodiscard]] uint32_t at(uint32_t index) const {
    return first + index / run * step + index % run;
  }
  /// One behind the last row; 64 bits, as nothing has been checked yet.
  [[nodiscard]] uint64_t end() const {
    if (rows == 0) return first;
    return uint64_t{first} + uint64_t{(rows - 1) / run} * step + (rows - 1) % run + 1;
  }
  bool operator==(const RowSet&) const = default;
};

/// Valid columns of query i: [low + (lowMoves ? i : 0), high + (highMoves ? i : 0)).
struct Mask {
  int32_t low = 0;
  int32_t high = 0;
  bool lowMoves = false;
  bool highMoves = false;
  bool operator==(const Mask&) const = default;
};

/// Columns [low, high) of a segment.
struct ColumnRange {
  uint32_t low = 0;
  uint32_t high = 0;
  [[nodiscard]] uint32_t count() const { return high - low; }
};

/// Keys and their values: some rows of two tensors, with one interval of valid columns per query.
/// Columns of the mask count from the segment's first row, queries from the operator's.
struct KeySegment {
  TensorId key = kNoTensor, value = kNoTensor;  ///< int8, keyHeads * headWidth columns
  uint32_t firstRow = 0;
  uint32_t rows = 0;
  uint32_t runRows = 1;   ///< neighbours of a run
  uint32_t runStep = 1;   ///< rows from run to run
  uint32_t position = 0;  ///< of the first row, where the queries count theirs; the next follow it
  Mask mask;

  [[nodiscard]] RowSet set() const {
    return {.first = firstRow, .rows = rows, .run = runRows, .step = runStep};
  }
  /// What query `query` may see.
  [[nodiscard]] ColumnRange valid(uint32_t query) const;
  /// From the first to the last column that one of `queries` queries from `first` on may see.
  [[nodiscard]] ColumnRange seen(uint32_t first, uint32_t queries) const;
  bool operator==(const KeySegment&) const = default;

  template <typename Archive, typename Segment>
  static void fields(Archive& archive, Segment& segment) {
    archive.tensor("key", segment.key, Presence::Always);
    archive.tensor("value", segment.value, Presence::Always);
    archive("first_row", segment.firstRow);
    archive("rows", segment.rows);
    archive.optional("run_rows", segment.runRows, uint32_t{1});
    archive.optional("run_step", segment.runStep, uint32_t{1});
    archive.optional("position", segment.position, uint32_t{0});
    archive("mask_low", segment.mask.low);
    archive("mask_high", segment.mask.high);
    archive("mask_low_moves", segment.mask.lowMoves);
    archive("mask_high_moves", segment.mask.highMoves);
  }
};

/// "keys 128 mask 0:128", with steps and places where they are not the usual ones.
std::string text(const KeySegment& segment);
/// Whether two masks that checkSequences() takes are the same but for the sequence's length.
bool sameMask(const Mask& a, const Mask& b);
/// The first of `queries` queries that sees a row of a tensor through both segments, or `queries`.
uint32_t firstSeenTwice(const KeySegment& a, const KeySegment& b, uint32_t queries);

}  // namespace intformer
