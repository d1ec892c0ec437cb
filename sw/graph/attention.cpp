#include "sw/graph/attention.hpp"

#include <fmt/format.h>

#include "sw/graph/graph.hpp"
#include "sw/graph/operator_check.hpp"

namespace intformer {
namespace {

using enum ElementType;

/// Some rows of a field whose column groups are the heads.
Operand headsOf(std::string_view role, TensorId tensor, const RowSet& rows, uint32_t headWidth) {
  return {.role = role, .tensor = tensor, .firstRow = rows.first, .rows = rows.rows,
          .runRows = rows.run, .runStep = rows.step, .groupCols = headWidth};
}

/// Whether each bound of the mask moves with the row or lets all of its side in.
bool keepsLength(const KeySegment& segment) {
  const Mask& mask = segment.mask;
  return (mask.lowMoves || mask.low <= 0) &&
         (mask.highMoves || mask.high >= static_cast<int32_t>(segment.rows));
}

/// A tensor whose columns are `heads` heads and that has all rows of the set.
void checkHeads(const OperatorCheck& check, const char* field, TensorId id, const RowSet& rows,
                uint32_t heads, uint32_t headWidth) {
  const TensorInfo& info = check.tensor(field, id, {Int8});
  check.shape(field, info, info.rows, uint64_t{heads} * headWidth);
  check.require(rows.end() <= info.rows, "first_row", rows.first,
                "{} rows from there on are more than the {} of {}, its {}", rows.rows, info.rows,
                info.name, field);
  check.require(info.groupCols == 0 || info.groupCols == headWidth, "head_width", headWidth,
                "{}, its {}, has groups of {} columns", info.name, field, info.groupCols);
  check.require(check.groupOf(id) == headWidth, "head_width", headWidth,
                "another operator takes heads of {} columns from {}", check.groupOf(id), info.name);
}

void checkSegments(const OperatorCheck& check, const Attention& op) {
  check.range("segments", op.segments.size(), 1, kMaxSegments);
  uint64_t keys = 0;
  for (const KeySegment& segment : op.segments) {
    check.range("segments.rows", segment.rows, 1, kMaxKeys);
    check.range("segments.run_step", segment.runStep, 1, kMaxTokens);
    check.range("segments.run_rows", segment.runRows, 1, segment.runStep);
    check.range("segments.position", segment.position, 0, kMaxPosition);
    checkHeads(check, "key", segment.key, segment.set(), op.keyHeads, op.headWidth);
    checkHeads(check, "value", segment.value, segment.set(), op.keyHeads, op.headWidth);
    keys += segment.rows;
  }
  check.require(keys <= kMaxKeys, "segments", fmt::format("of {} keys", keys),
                "at most {} are attended to", kMaxKeys);
  for (std::size_t i = 0; i < op.segments.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      if (op.segments[i].key != op.segments[j].key) continue;
      const uint32_t query = firstSeenTwice(op.segments[i], op.segments[j], op.rows);
      check.require(query == op.rows, "segments", fmt::format("{} and {}", j, i),
                    "query {} sees a key through both: cut one of their masks", query);
    }
}

}  // namespace

uint32_t Attention::keys() const {
  uint32_t sum = 0;
  for (const KeySegment& segment : segments) sum += segment.rows;
  return sum;
}

bool attendsToItself(const Attention& op) {
  if (op.segments.size() != 1 || op.position != 0) return false;
  const KeySegment& segment = op.segments.front();
  return segment.position == 0 && segment.set() == op.queries() && op.rowStep == 1;
}

KeySegment ownKeys(const Attention& op, TensorId key, TensorId value, const Mask& mask) {
  return {.key = key, .value = value, .firstRow = op.firstRow, .rows = op.rows, .mask = mask};
}

uint64_t validPairs(const Attention& op) {
  uint64_t pairs = 0;
  for (const KeySegment& segment : op.segments)
    for (uint32_t query = 0; query < op.rows; ++query) pairs += segment.valid(query).count();
  return pairs;
}

std::vector<Operand> Traits<Attention>::inputs(const Attention& op) {
  std::vector<Operand> operands = {headsOf("query", op.query, op.queries(), op.headWidth)};
  for (const KeySegment& segment : op.segments) {
    operands.push_back(headsOf("key", segment.key, segment.set(), op.headWidth));
    operands.push_back(headsOf("value", segment.value, segment.set(), op.headWidth));
  }
  return operands;
}

std::vector<Operand> Traits<Attention>::outputs(const Attention& op) {
  std::vector<Operand> operands = {headsOf("output", op.output, op.queries(), op.headWidth)};
  if (op.weights != kNoTensor) operands.insert(operands.begin(), sequence(op).own);
  return operands;
}

uint64_t Traits<Attention>::macs(const Graph&, const Attention& op) {
  return uint64_t{2} * op.heads * op.headWidth * validPairs(op);
}

std::string Traits<Attention>::shape(const Graph&, const Attention& op) {
  const std::string heads =
      op.keyHeads == op.heads ? fmt::format("{} heads", op.heads)
                              : fmt::format("{} heads on {}", op.heads, op.keyHeads);
  std::string text = fmt::format("attention {} x {} of {}", op.rows, heads, op.headWidth);
  if (op.segments.size() != 1 || op.segments.front().rows != op.rows)
    text += fmt::format(" over {} keys", op.keys());
  if (op.segments.size() != 1) text += fmt::format(" in {} segments", op.segments.size());
  return text;
}

Attention Traits<Attention>::withoutContents(const Attention& op) {
  return op;
}

Sequence Traits<Attention>::sequence(const Attention& op) {
  return {.firstRow = op.firstRow, .rows = op.rows,
          .anyLength = attendsToItself(op) && keepsLength(op.segments.front()),
          .own = {.role = "weights", .tensor = op.weights}};
}

bool Traits<Attention>::alike(const Attention& op, const Attention& other) {
  if (!attendsToItself(op) || !attendsToItself(other)) return false;
  const KeySegment& own = op.segments.front();
  const KeySegment& others = other.segments.front();
  return op.query == other.query && own.key == others.key && own.value == others.value &&
         op.output == other.output && sameMask(own.mask, others.mask);
}

void Traits<Attention>::setSequence(Attention& op, TensorId own, TensorInfo* ownInfo,
                                    uint32_t firstRow, uint32_t rows) {
  KeySegment& segment = op.segments.front();
  op.weights = own;
  op.firstRow = segment.firstRow = firstRow;
  op.rows = segment.rows = rows;
  if (!segment.mask.highMoves) segment.mask.high = static_cast<int32_t>(rows);
  if (ownInfo == nullptr) return;
  ownInfo->rows = op.heads * rows;
  ownInfo->cols = rows;
}

// Logits: headWidth * 128 * 128 <= 2^30; sums of weights: 255 * kMaxKeys < 2^24; products:
// 255 * 128 * kMaxKeys < 2^31.
void Traits<Attention>::check(const OperatorCheck& check, const Attention& op) {
  check.range("rows", op.rows, 1, kMaxTokens);
  check.range("row_step", op.rowStep, 1, kMaxTokens);
  check.range("position", op.position, 0, kMaxPosition);
  check.range("heads", op.heads, 1, kMaxColumns);
  check.range("key_heads", op.keyHeads, 1, op.heads);
  check.require(op.heads % op.keyHeads == 0, "key_heads", op.keyHeads, "must divide its {} heads",
                op.heads);
  check.range("head_width", op.headWidth, 1, kMaxColumns);
  checkHeads(check, "query", op.query, op.queries(), op.heads, op.headWidth);
  checkHeads(check, "output", op.output, op.queries(), op.heads, op.headWidth);
  checkSegments(check, op);
  if (op.weights != kNoTensor) {
    check.require(op.segments.size() == 1, "weights", op.weights,
                  "are kept of one segment, not of {}: leave them out", op.segments.size());
    const TensorInfo& weights = check.tensor("weights", op.weights, {Uint8});
    check.shape("weights", weights, uint64_t{op.heads} * op.rows, op.keys());
    check.ungrouped("weights", op.weights);
  }
  check.scales("logit", op.logit, op.heads, kPerHead);
  check.scales("result", op.result, op.heads, kPerHead);
}

}  // namespace intformer
