#include "sw/graph/key_segment.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace intformer {
namespace {

std::string bound(int32_t value, bool moves) {
  return fmt::format("{}{}", value, moves ? "+i" : "");
}

/// Whether a query that sees `a` of one set and `b` of another meets a row in both.
bool meet(const RowSet& one, const ColumnRange& a, const RowSet& other, const ColumnRange& b) {
  if (a.count() == 0 || b.count() == 0) return false;
  if (one.at(a.high - 1) < other.at(b.low) || other.at(b.high - 1) < one.at(a.low)) return false;
  if (one.isRange() && other.isRange()) return true;
  uint32_t i = a.low, j = b.low;  // both ascend
  while (i < a.high && j < b.high) {
    const uint32_t left = one.at(i), right = other.at(j);
    if (left == right) return true;
    if (left < right)
      ++i;
    else
      ++j;
  }
  return false;
}

}  // namespace

ColumnRange KeySegment::valid(uint32_t query) const {
  const int64_t lowest = int64_t{mask.low} + (mask.lowMoves ? query : 0);
  const int64_t highest = int64_t{mask.high} + (mask.highMoves ? query : 0);
  const int64_t low = std::clamp<int64_t>(lowest, 0, rows);
  const int64_t high = std::clamp<int64_t>(highest, low, rows);
  return {static_cast<uint32_t>(low), static_cast<uint32_t>(high)};
}

ColumnRange KeySegment::seen(uint32_t first, uint32_t queries) const {
  ColumnRange all{rows, 0};
  for (uint32_t query = first; query < first + queries; ++query) {
    const ColumnRange columns = valid(query);
    if (columns.count() == 0) continue;
    all.low = std::min(all.low, columns.low);
    all.high = std::max(all.high, columns.high);
  }
  return all.high == 0 ? ColumnRange{} : all;
}

std::string text(const KeySegment& segment) {
  std::string result = fmt::format("keys {} mask {}:{}", segment.rows,
                                   bound(segment.mask.low, segment.mask.lowMoves),
                                   bound(segment.mask.high, segment.mask.highMoves));
  if (!segment.set().isRange())
    result += fmt::format(" runs of {} every {}", segment.runRows, segment.runStep);
  return result;
}

bool sameMask(const Mask& a, const Mask& b) {
  return a.lowMoves == b.lowMoves && a.highMoves == b.highMoves &&
         (!a.lowMoves || a.low == b.low) && (!a.highMoves || a.high == b.high);
}

uint32_t firstSeenTwice(const KeySegment& a, const KeySegment& b, uint32_t queries) {
  const RowSet one = a.set(), other = b.set();
  if (one.end() <= other.first || other.end() <= one.first) return queries;
  uint32_t query = 0;
  while (query < queries && !meet(one, a.valid(query), other, b.valid(query))) ++query;
  return query;
}

}  // namespace intformer
