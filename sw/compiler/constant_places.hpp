#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "gen/plan.hpp"
#include "sw/compiler/constants.hpp"
#include "sw/compiler/layout.hpp"

namespace intformer::compiler {

/// Some column tiles of a linear operator's weights, over some depth.
struct WeightRange {
  uint32_t firstTile = 0;
  uint32_t tiles = 0;
  uint32_t firstDepth = 0;  ///< padded input column
  uint32_t depth = 0;       ///< words per tile
  uint32_t constants = 0;   ///< words per tile; 0: the range ends before the depth does
};

/// Offsets in the memory of the constants.
struct WeightPlace {
  uint64_t weights = 0;
  uint64_t constants = 0;
  uint64_t pitch = 0;  ///< from tile to tile, where they lie apart; else 0
};

/// Of an embedding's tables, weights and constants.
struct EmbeddingPlaces {
  uint64_t tokens = 0, places = 0, weights = 0, constants = 0;
};

/// Where the constants of a graph's operators, named by their numbers, lie in memory: in the order
/// in which they are asked for, or where every program of the graph has them.
class ConstantPlaces {
 public:
  /// The graph's constant tensors come first, where the layout has them. `shared`: places all at once, in the order of the graph, a linear operator's column tiles one
  /// by one (CompileOptions::sharedConstants).
  ConstantPlaces(const Graph& graph, const Plan& plan, const MemoryLayout& layout, bool shared);

  /// `known`: the place, if the range has one.
  WeightPlace weights(uint32_t op, const WeightRange& range, std::optional<uint64_t>& known);
  uint64_t norm(uint32_t op);
  uint64_t product(uint32_t op);  ///< panel after panel
  /// A residual that passes its identity on.
  uint64_t identity();
  uint64_t table(ActivationKind kind);
  const EmbeddingPlaces& embedding(uint32_t op);
  /// Bytes from row to row of an embedding's tables.
  [[nodiscard]] uint64_t tablePitch(const Embedding& op) const;

  [[nodiscard]] ConstantPool takePool() { return std::move(pool_); }

 private:
  [[nodiscard]] const TensorLayout& of(TensorId tensor) const { return layout_.tensors[tensor]; }
  [[nodiscard]] uint64_t tilePitch(const Linear& op) const;
  /// Places all column tiles of a linear operator: weights of all depth, then constants.
  uint64_t allTiles(const Linear& op);
  /// Places the constants of an operator panel after panel of a tensor, each as `fill` writes it.
  template <typename Op, typename Fill>
  uint64_t panels(uint32_t index, const Op& op, TensorId tensor, Opcode opcode, Fill fill);

  const Graph& graph_;
  const Plan& plan_;
  const MemoryLayout& layout_;
  bool shared_;
  ConstantPool pool_;
  std::vector<std::optional<uint64_t>> places_;  ///< but of embeddings
  std::vector<std::optional<EmbeddingPlaces>> embeddings_;
  std::optional<uint64_t> identity_;
  std::array<std::optional<uint64_t>, kActivationNames.size()> tables_;
};

}  // namespace intformer::compiler
