#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sw/graph/key_segment.hpp"
#include "sw/graph/tensor.hpp"
#include "sw/graph/traits.hpp"
#include "sw/numerics/scale.hpp"

namespace intformer {

/// Multi-head attention of query rows over the keys of all segments: one softmax over every valid
/// column of every segment. Heads are column groups of headWidth; so many of them as
/// heads / keyHeads share one head of the keys. docs/2-numerics.md, section 2.7.
struct Attention {
  std::string name;
  TensorId query = kNoTensor;    ///< int8, heads * headWidth columns
  /// uint8, (heads * rows) x keys: unnormalized weights, head-major. Optional; for one segment only.
  TensorId weights = kNoTensor;
  TensorId output = kNoTensor;   ///< int8, shaped as the query, of which it has the same rows
  uint32_t firstRow = 0;         ///< of query and output
  uint32_t rows = 0;
  uint32_t rowStep = 1;          ///< from query to query
  uint32_t position = 0;         ///< of the first query
  uint32_t heads = 0;
  uint32_t keyHeads = 0;         ///< divides heads
  uint32_t headWidth = 0;
  std::vector<KeySegment> segments;
  std::vector<Scale> logit;   ///< per head: M_t, s_t
  std::vector<Scale> result;  ///< per head: M_o, s_o
  bool dither = false;

  [[nodiscard]] RowSet queries() const {
    return {.first = firstRow, .rows = rows, .step = rowStep};
  }
  /// Of all segments.
  [[nodiscard]] uint32_t keys() const;
  [[nodiscard]] uint32_t keyHead(uint32_t head) const { return head / (heads / keyHeads); }
};

/// Whether every query attends to the rows of its own sequence, by one rule: what setLengths() makes
/// longer or shorter.
bool attendsToItself(const Attention& op);
/// The one segment of such an operator, over its own rows.
KeySegment ownKeys(const Attention& op, TensorId key, TensorId value, const Mask& mask);
/// Pairs of a query and a key that the masks let in, of one head.
uint64_t validPairs(const Attention& op);

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
  static void setSequence(Attention& op, TensorId own, TensorInfo* ownInfo, uint32_t firstRow,
                          uint32_t rows);
  static void check(const OperatorCheck& check, const Attention& op);

  template <typename Archive, typename Op>
  static void fields(Archive& archive, Op& op) {
    archive("name", op.name);
    archive.tensor("query", op.query, Presence::Always);
    archive.tensor("weights", op.weights, Presence::Optional);
    archive.tensor("output", op.output, Presence::Always);
    archive("first_row", op.firstRow);
    archive("rows", op.rows);
    archive.optional("row_step", op.rowStep, uint32_t{1});
    archive.optional("position", op.position, uint32_t{0});
    archive("heads", op.heads);
    archive("key_heads", op.keyHeads);
    archive("head_width", op.headWidth);
    archive.list("segments", op.segments);
    archive("logit", op.logit);
    archive("result", op.result);
    archive("dither", op.dither);
  }
};

}  // namespace intformer
