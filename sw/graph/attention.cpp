#include "sw/graph/attention.hpp"

#include <fmt/format.h>

#include "sw/graph/graph.hpp"
#include "sw/graph/operator_check.hpp"

namespace intformer {
namespace {

using enum ElementType;

/// A field whose rows are the sequence's and whose column groups are the heads.
Operand headsOf(const Attention& op, std::string_view role, TensorId tensor) {
  return {.role = role, .tensor = tensor, .firstRow = op.firstRow, .rows = op.rows,
          .groupCols = op.headWidth};
}

/// Whether each bound of the mask moves with the row or lets all of its side in.
bool keepsLength(const Attention& op) {
  const Mask& mask = op.mask;
  return (mask.lowMoves || mask.low <= 0) &&
         (mask.highMoves || mask.high >= static_cast<int32_t>(op.rows));
}

}  // namespace

bool sameMask(const Mask& a, const Mask& b) {
  return a.lowMoves == b.lowMoves && a.highMoves == b.highMoves &&
         (!a.lowMoves || a.low == b.low) && (!a.highMoves || a.high == b.high);
}

std::vector<Operand> Traits<Attention>::inputs(const Attention& op) {
  return {headsOf(op, "query", op.query), headsOf(op, "key", op.key),
          headsOf(op, "value", op.value)};
}

std::vector<Operand> Traits<Attention>::outputs(const Attention& op) {
  return {sequence(op).own, headsOf(op, "output", op.output)};
}

uint64_t Traits<Attention>::macs(const Graph&, const Attention& op) {
  return uint64_t{2} * op.heads * op.rows * op.rows * op.headWidth;
}

std::string Traits<Attention>::shape(const Graph&, const Attention& op) {
  return fmt::format("attention {} x {} heads of {}", op.rows, op.heads, op.headWidth);
}

Attention Traits<Attention>::withoutContents(const Attention& op) {
  return op;
}

Sequence Traits<Attention>::sequence(const Attention& op) {
  return {.firstRow = op.firstRow, .rows = op.rows,
          .anyLength = keepsLength(op),
          .own = {.role = "weights", .tensor = op.weights}};
}

bool Traits<Attention>::alike(const Attention& op, const Attention& other) {
  return op.query == other.query && op.key == other.key && op.value == other.value &&
         op.output == other.output && sameMask(op.mask, other.mask);
}

void Traits<Attention>::setSequence(Attention& op, TensorId own, TensorInfo& ownInfo,
                                    uint32_t firstRow, uint32_t rows) {
  op.weights = own;
  op.firstRow = firstRow;
  op.rows = rows;
  if (!op.mask.highMoves) op.mask.high = static_cast<int32_t>(rows);
  ownInfo.rows = op.heads * rows;
  ownInfo.cols = rows;
}

// Logits: headWidth * 128 * 128 <= 2^30; sums of weights: 255 * rows < 2^23; products:
// 255 * 128 * rows < 2^30.
void Traits<Attention>::check(const OperatorCheck& check, const Attention& op) {
  check.range("rows", op.rows, 1, kMaxKeys);
  check.range("heads", op.heads, 1, kMaxColumns);
  check.range("head_width", op.headWidth, 1, kMaxColumns);
  const struct {
    const char* field;
    TensorId id;
  } tensors[] = {{"query", op.query}, {"key", op.key}, {"value", op.value}, {"output", op.output}};
  for (const auto& [field, id] : tensors) {
    const TensorInfo& info = check.tensor(field, id, {Int8});
    check.shape(field, info, info.rows, uint64_t{op.heads} * op.headWidth);
    check.require(uint64_t{op.firstRow} + op.rows <= info.rows, "first_row", op.firstRow,
                  "{} rows from there on are more than the {} of {}, its {}", op.rows, info.rows,
                  info.name, field);
    check.require(info.groupCols == 0 || info.groupCols == op.headWidth, "head_width", op.headWidth,
                  "{}, its {}, has groups of {} columns", info.name, field, info.groupCols);
    check.require(check.groupOf(id) == op.headWidth, "head_width", op.headWidth,
                  "another operator takes heads of {} columns from {}", check.groupOf(id),
                  info.name);
  }
  const TensorInfo& weights = check.tensor("weights", op.weights, {Uint8});
  check.shape("weights", weights, uint64_t{op.heads} * op.rows, op.rows);
  check.ungrouped("weights", op.weights);
  check.scales("logit", op.logit, op.heads, kPerHead);
  check.scales("result", op.result, op.heads, kPerHead);
}

}  // namespace intformer
