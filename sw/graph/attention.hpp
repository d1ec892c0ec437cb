#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sw/graph/tensor.hpp"
#include "sw/graph/traits.hpp"
#include "sw/numerics/scale.hpp"

namespace intformer {

/// Valid columns of row i: [low + (lowMoves ? i : 0), high + (highMoves ? i : 0)).
struct Mask {
  int32_t low = 0;
  int32_t high = 0;
  bool lowMoves = false;
  bool highMoves = false;
};

/// Whether two masks that checkSequences() takes are the same but for the sequence's length.
bool sameMask(const Mask& a, const Mask& b);

/// Multi-head attention over the rows [firstRow, firstRow + rows) of packed tensors, positions
/// counted from firstRow. Heads are column groups of headWidth. docs/2-numerics.md, section 2.7.
struct Attention {
  std::string name;
  TensorId query = kNoTensor, key = kNoTensor, value = kNoTensor;  ///< int8
  TensorId weights = kNoTensor;  ///< uint8, (heads * rows) x rows: unnormalized weights, head-major
  TensorId output = kNoTensor;   ///< int8
  uint32_t firstRow = 0;
  uint32_t rows = 0;
  uint32_t heads = 0;
  uint32_t headWidth = 0;
  std::vector<Scale> logit;   ///< per head: M_t, s_t
  std::vector<Scale> result;  ///< per head: M_o, s_o
  Mask mask;
  bool dither = false;
};

template <>
struct Traits<Attention> {
  static constexpr const char* kKind = "attention";
  static constexpr bool kRowWise = false;
  static std::vector<Operand> inputs(const Attention& op);
  static std::vector<Operand> outputs(const Attention& op);
  static uint64_t macs(const Graph& graph, const Attention& op);
  static std::string shape(const Graph& graph, const Attention& op);
  static Attention withoutContents(const Attention& op);
  static Sequence sequence(const Attention& op);
  static bool alike(const Attention& op, const Attention& other);
  static void setSequence(Attention& op, TensorId own, TensorInfo& ownInfo, uint32_t firstRow,
                          uint32_t rows);
  static void check(const OperatorCheck& check, const Attention& op);

  template <typename Archive, typename Op>
  static void fields(Archive& archive, Op& op) {
    archive("name", op.name);
    archive.tensor("query", op.query, Presence::Always);
    archive.tensor("key", op.key, Presence::Always);
    archive.tensor("value", op.value, Presence::Always);
    archive.tensor("weights", op.weights, Presence::Always);
    archive.tensor("output", op.output, Presence::Always);
    archive("first_row", op.firstRow);
    archive("rows", op.rows);
    archive("heads", op.heads);
    archive("head_width", op.headWidth);
    archive("logit", op.logit);
    archive("result", op.result);
    archive("mask_low", op.mask.low);
    archive("mask_high", op.mask.high);
    archive("mask_low_moves", op.mask.lowMoves);
    archive("mask_high_moves", op.mask.highMoves);
    archive("dither", op.dither);
  }
};

}  // namespace intformer
