#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "sw/model/graph.hpp"

namespace intformer {

/// Rows [first, first + rows) of a tensor.
struct RowBlock {
  uint32_t index = 0;
  uint32_t first = 0;
  uint32_t rows = 0;
};

/// One operator on one block of rows; attention works on all its rows.
struct Task {
  uint32_t op = 0;
  RowBlock block;
  uint32_t segment = 0;
};

/// The order of work. Operators that need only their own rows form segments, walked block by block;
/// a segment ends after a LayerNorm that follows a matmul, so that the normalization of one block
/// hides behind the matmuls of the next, and around attention, which needs all rows.
struct Schedule {
  uint32_t rowBlock = 1;
  std::vector<Task> tasks;
  std::vector<uint32_t> segmentOf;  ///< by operator
  /// Tasks that read a block as a matmul's or a LayerNorm's operand, ascending.
  std::map<std::pair<TensorId, uint32_t>, std::vector<std::size_t>> uses;

  [[nodiscard]] RowBlock block(uint32_t index, uint32_t totalRows) const;
  [[nodiscard]] uint32_t blocks(uint32_t totalRows) const;
  /// First task from `step` on that uses a block; ~0 when none does.
  [[nodiscard]] uint64_t nextUse(TensorId tensor, uint32_t block, std::size_t step) const;
};

Schedule scheduleTasks(const Graph& graph, uint32_t rowBlock);

}  // namespace intformer
