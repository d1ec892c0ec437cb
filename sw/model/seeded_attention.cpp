#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/core.h>

#include "sw/golden/gemm.hpp"
#include "sw/golden/golden.hpp"
#include "sw/model/seeded_builder.hpp"
#include "sw/numerics/numerics.hpp"

namespace intformer::model {
namespace {

constexpr uint32_t kSampledQueries = 64;

/// Lets the queries of a sequence see all of these segments, which come before it, too.
void putBehind(Attention& op, const std::vector<KeySegment>& before) {
  uint32_t keys = 0;
  for (const KeySegment& segment : before) keys += segment.rows;
  op.position += keys;
  for (KeySegment& segment : op.segments) segment.position += keys;
  op.segments.insert(op.segments.end(), before.begin(), before.end());
}

}  // namespace

/// M_t of a head such that its logits, of the sequence that op works on, have a deviation of 1 to
/// 3 nats.
Scale SeededBuilder::logitScale(const Attention& op, uint32_t head) {
  const KeySegment& keys = op.segments.front();
  // Of a pattern the columns that the first queries see: all would be rows x rows again.
  const bool whole = spec_.pattern.kind == PatternKind::Full;
  const uint32_t rows = whole ? op.rows : std::min(op.rows, kSampledQueries);
  const ColumnRange columns = whole ? ColumnRange{0, keys.rows} : keys.seen(0, rows);
  std::vector<int32_t> sums(std::size_t{rows} * columns.count());
  if (sums.empty()) return kIdentityScale;
  const auto operand = [&](TensorId id, uint32_t row, uint32_t group) {
    return golden::GemmOperand{
        &values_[id].data[std::size_t{row} * values_[id].cols + std::size_t{group} * op.headWidth],
        values_[id].cols};
  };
  golden::gemm(operand(op.query, op.firstRow, head),
               operand(keys.key, keys.firstRow + columns.low, op.keyHead(head)), rows,
               columns.count(), op.headWidth, sums.data(), columns.count());
  const double nats = 1 + 2 * random_.uniform();
  return scaleFromReal(nats * std::numbers::log2e * 256 / rootMeanSquare(sums), op.name);
}

std::vector<Attention> SeededBuilder::sequences(const std::string& prefix, const Heads& heads,
                                                uint32_t layer) {
  Attention shared;
  shared.query = heads.query;
  shared.heads = spec_.heads;
  shared.keyHeads = spec_.headsOfKeys();
  shared.headWidth = spec_.headWidth();
  shared.result.assign(spec_.heads, kIdentityScale);
  shared.dither = spec_.dither;
  const bool whole = spec_.pattern.kind == PatternKind::Full;
  std::vector<Attention> operators;
  uint32_t row = 0;
  for (std::size_t i = 0; i < lengths_.size(); ++i) {
    const std::string number = lengths_.size() > 1 ? fmt::format(".{}", i) : std::string();
    const uint32_t keys = heads.keys != 0 ? heads.keys : lengths_[i];
    KeySegment own{.key = heads.key, .value = heads.value, .firstRow = row, .rows = keys, .mask = {}};
    own.mask.high = static_cast<int32_t>(std::min(spec_.validTokens.value_or(keys), keys));
    auto parts = expand(spec_.pattern, own, layer, random_);
    if (whole) parts.front().queries.rows = lengths_[i];
    for (std::size_t part = 0; part < parts.size(); ++part) {
      Attention& op = operators.emplace_back(shared);
      op.name = fmt::format("{}context{}", prefix, number);
      if (parts.size() > 1) op.name += fmt::format(".part{}", part);
      op.firstRow = parts[part].queries.first;
      op.rows = parts[part].queries.rows;
      op.rowStep = parts[part].queries.step;
      op.position = op.firstRow - row;
      op.segments = std::move(parts[part].segments);
      putBehind(op, heads.before);
      if (!whole || heads.keys != 0 || !heads.before.empty()) continue;
      values_.emplace_back();
      op.weights = graph_.addTensor({fmt::format("{}weights{}", prefix, number),
                                     ElementType::Uint8, spec_.heads * op.rows, op.keys(),
                                     TensorRole::Intermediate, 0});
    }
    row += lengths_[i];
  }
  return operators;
}

TensorId SeededBuilder::addAttention(const std::string& prefix, const Heads& heads, uint32_t layer,
                                     TensorRole role) {
  std::vector<Attention> sequences = this->sequences(prefix, heads, layer);
  const uint32_t headWidth = spec_.headWidth();
  const TensorId output =
      addTensor(prefix + "context", ElementType::Int8, spec_.heads * headWidth, role, headWidth);
  if (!drawn_) {
    for (Attention& op : sequences) {
      op.output = output;
      op.logit.assign(spec_.heads, kIdentityScale);
      finish(std::move(op));
    }
    return output;
  }
  std::vector<Scale> logit;
  for (uint32_t head = 0; head < spec_.heads; ++head)
    logit.push_back(logitScale(sequences.front(), head));
  for (Attention& op : sequences) {
    op.output = output;
    op.logit = logit;
    golden::runOperator(graph_, op, values_, Family::Pwl);  // a trial: results in the value's LSBs
  }
  for (uint32_t head = 0; head < spec_.heads; ++head) {
    int peak = 0;
    for (uint32_t r = 0; r < seq_; ++r)
      for (uint32_t c = 0; c < headWidth; ++c)
        peak = std::max<int>(peak, std::abs(values_[output].at(r, head * headWidth + c)));
    for (Attention& op : sequences)
      op.result[head] = scaleFromReal(127 / (peak + 0.5), op.name);
  }
  for (Attention& op : sequences) finish(std::move(op));
  return output;
}

}  // namespace intformer::model
