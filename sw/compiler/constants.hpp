#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "sw/compiler/layout.hpp"
#include "sw/graph/graph.hpp"

namespace intformer::compiler {

/// Weights and per-channel constants in memory. Places are given at once, contents are made later,
/// so that a tiling that fails costs nothing.
class ConstantPool {
 public:
  using Fill = std::function<void(std::span<uint8_t>)>;
  /// Offset of a new piece, a multiple of 64; `fill` gets its zeroed bytes.
  uint64_t add(uint64_t bytes, Fill fill);
  [[nodiscard]] uint64_t bytes() const { return bytes_; }
  /// All contents, at `base` in memory.
  [[nodiscard]] std::vector<MemorySegment> build(uint64_t base) const;

 private:
  struct Piece {
    uint64_t offset = 0;
    uint64_t bytes = 0;
    Fill fill;
  };
  std::vector<Piece> pieces_;
  uint64_t bytes_ = 0;
};

/// Rows [firstDepth, firstDepth + depth) (padded input columns) of the weights for one column panel
/// of the output: a word per row. Padding is zero.
void fillWeights(const Linear& op, const TensorLayout& in, const TensorLayout& out, uint32_t dim,
                 uint32_t panel, uint32_t firstDepth, uint32_t depth, std::span<uint8_t> words);

/// The constants record of one output panel as byte planes (gen/tables/commands.hpp). Padding
/// channels give zero.
void fillLinearConstants(const Linear& op, const TensorLayout& out, uint32_t dim, uint32_t panel,
                         std::span<uint8_t> words);
void fillProductConstants(const Product& op, const TensorLayout& out, uint32_t dim, uint32_t panel,
                          std::span<uint8_t> words);
void fillLayerNormConstants(const LayerNorm& op, const TensorLayout& out, uint32_t dim,
                            uint32_t panel, std::span<uint8_t> words);
/// The residual of an embedding's two tables.
void fillEmbeddingConstants(const Embedding& op, const TensorLayout& out, uint32_t dim,
                            uint32_t panel, std::span<uint8_t> words);
/// A table of tokens, a row every `pitch` bytes: for each panel a word of value >> 6 (int8) and one
/// of value & 63. A table of places: a word of every panel's first DIM bytes, then of the others.
void fillTokenTable(const Embedding& op, const TensorLayout& out, uint32_t dim, uint64_t pitch,
                    std::span<uint8_t> bytes);
void fillPlaceTable(const Embedding& op, const TensorLayout& out, uint32_t dim, uint64_t pitch,
                    std::span<uint8_t> bytes);
/// Weights that put a token's row together: 64 times its first words, once its second.
void fillTokenWeights(uint32_t dim, std::span<uint8_t> words);
/// A residual that passes its identity on: no product, factor one.
void fillIdentityConstants(uint32_t dim, std::span<uint8_t> words);

/// A table's segments, one to a word.
void fillActivationTable(ActivationKind kind, uint32_t dim, std::span<uint8_t> words);

/// The vector opcode of a linear operator's epilogue.
Opcode epilogueOpcode(const Linear& op);
/// The table that its activation needs, if any.
std::optional<ActivationKind> tableOf(const Linear& op);

}  // namespace intformer::compiler
