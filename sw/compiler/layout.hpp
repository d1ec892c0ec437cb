#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sw/graph/graph.hpp"
#include "sw/program/program.hpp"

namespace intformer::compiler {

/// How a tensor is padded and where it lies.
struct TensorLayout {
  uint32_t rows = 0;
  uint32_t cols = 0;
  uint32_t groupCols = 0;    ///< columns of one group
  uint32_t groupStride = 0;  ///< padded columns of one group, a multiple of DIM
  uint32_t panels = 0;
  uint32_t wordsPerRow = 1;  ///< scratchpad words of one row of one panel: 2 for int16
  uint64_t offset = 0;      ///< of a constant, among the constants; else, among the tensors
  uint64_t panelBytes = 0;  ///< from panel to panel
  bool stored = true;       ///< has a place in memory
  bool list = false;        ///< a list of row numbers: a panel as wide as the tensor
  bool constant = false;    ///< lies among what is read only

  /// The column of the tensor that lies in a padded column; none for padding.
  [[nodiscard]] std::optional<uint32_t> column(uint32_t padded) const {
    const uint32_t within = padded % groupStride;
    const uint32_t col = padded / groupStride * groupCols + within;
    if (within >= groupCols || col >= cols) return std::nullopt;
    return col;
  }
  /// Byte offset of a row of a panel.
  [[nodiscard]] uint64_t at(uint32_t panel, uint32_t row, uint32_t dim) const {
    return offset + panel * panelBytes + uint64_t{row} * wordsPerRow * dim;
  }
};

/// Lays out all tensors one after the other, each at a multiple of 64 bytes; of a graph that
/// checkGraph takes.
struct MemoryLayout {
  std::vector<TensorLayout> tensors;  ///< by TensorId
  uint64_t bytes = 0;
  uint64_t constantBytes = 0;  ///< of the graph's constants, the first in the constants' memory
};
MemoryLayout layOutTensors(const Graph& graph, uint32_t dim, bool storeAttentionWeights);

/// Where a tensor lies, if what its offset counts from lies at `base`.
Placement placementOf(const Graph& graph, const MemoryLayout& layout, TensorId tensor, uint32_t dim,
                      uint64_t base);

/// Whether the weights of an attention go to memory: all of them then, those of masked columns too.
bool keepsWeights(const Attention& op, const MemoryLayout& layout);

constexpr uint64_t roundUp(uint64_t value, uint64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}
constexpr uint32_t ceilDivide(uint32_t value, uint32_t divisor) {
  return (value + divisor - 1) / divisor;
}

}  // namespace intformer::compiler
