#include "sw/compiler/key_plan.hpp"

#include <algorithm>

#include "sw/compiler/layout.hpp"

namespace intformer::compiler {
namespace {

bool isWindow(const KeySegment& segment) {
  return segment.mask.lowMoves && segment.mask.highMoves;
}

/// Whether steps meet other keys of a segment each, of which this is not all.
bool movesOver(const KeySegment& segment, const KeyPiece& piece) {
  const bool all = piece.first == 0 && piece.rows == segment.rows;
  return !all && (segment.mask.lowMoves || segment.mask.highMoves);
}

/// Of one piece: row_max and exp name columns with 16 bits and a sign.
constexpr uint32_t kMostKeys = 16384;

/// The tiles of what queries see, to their ends.
ColumnRange tilesOf(const KeySegment& segment, uint32_t first, uint32_t rows, uint32_t dim, bool all) {
  if (all) return {0, segment.rows};
  const ColumnRange columns = segment.seen(first, rows);
  const auto high = static_cast<uint32_t>(roundUp(columns.high, dim));
  return {columns.low / dim * dim, std::min(high, segment.rows)};
}

}  // namespace

uint32_t panelsOf(const KeyPlan& plan, uint32_t dim) {
  return plan.empty() ? 0 : plan.back().panel + ceilDivide(plan.back().rows, dim);
}

uint32_t keysOf(const KeyPlan& plan) {
  uint32_t keys = 0;
  for (const KeyPiece& piece : plan) keys += piece.rows;
  return keys;
}

KeyPlan planKeys(const Attention& op, uint32_t first, uint32_t rows, uint32_t dim, bool all) {
  KeyPlan plan;
  uint32_t panel = 0;
  for (uint32_t s = 0; s < op.segments.size(); ++s) {
    const ColumnRange tiles = tilesOf(op.segments[s], first, rows, dim, all);
    for (uint32_t low = tiles.low; low < tiles.high; low += kMostKeys) {
      const uint32_t keys = std::min(kMostKeys, tiles.high - low);
      plan.push_back({s, low, keys, panel});
      panel += ceilDivide(keys, dim);
    }
  }
  if (plan.empty()) plan.push_back({0, 0, std::min(dim, op.segments.front().rows), 0});
  return plan;
}

KeyPiece spanOfUnits(const Attention& op, const KeyPiece& piece) {
  const KeySegment& segment = op.segments[piece.segment];
  if (!movesOver(segment, piece)) return piece;
  const uint32_t first = piece.first / kUnitKeys * kUnitKeys;
  const auto end = static_cast<uint32_t>(roundUp(piece.first + piece.rows, kUnitKeys));
  return {piece.segment, first, std::min(end, segment.rows) - first, 0};
}

std::vector<KeyPiece> unitsOf(const Attention& op, const KeyPiece& piece) {
  if (!movesOver(op.segments[piece.segment], piece)) return {piece};
  const KeyPiece span = spanOfUnits(op, piece);
  std::vector<KeyPiece> units;
  for (uint32_t done = 0; done < span.rows; done += kUnitKeys)
    units.push_back({span.segment, span.first + done, std::min(kUnitKeys, span.rows - done), 0});
  return units;
}

std::vector<KeyPlan> chunksOf(const KeyPlan& plan, uint32_t panels, uint32_t dim) {
  std::vector<KeyPlan> chunks;
  uint32_t used = panels;  // of the last chunk
  for (const KeyPiece& piece : plan)
    for (uint32_t done = 0; done < piece.rows;) {
      if (used == panels) {
        chunks.emplace_back();
        used = 0;
      }
      const uint32_t rows = std::min((panels - used) * dim, piece.rows - done);
      chunks.back().push_back({piece.segment, piece.first + done, rows, used});
      used += ceilDivide(rows, dim);
      done += rows;
    }
  return chunks;
}

uint32_t KeyShape::panelsAt(uint32_t rows, uint32_t dim) const {
  uint32_t sum = panels;
  for (const Window& window : windows)
    // The windows of neighbours, one column further each; at worst they begin in a tile's last.
    sum += std::min(window.panels, ceilDivide(window.width + rows - 2, dim) + 1);
  return sum;
}

uint32_t KeyShape::keysAt(uint32_t rows, uint32_t dim) const {
  return std::min(keys, panelsAt(rows, dim) * dim);
}

uint32_t KeyShape::heldAt(uint32_t rows, uint32_t dim) const {
  const auto units = static_cast<uint32_t>(windows.size()) * 2 * kUnitKeys;
  return std::min(keys, keysAt(rows, dim) + units);
}

KeyShape keyShape(const Attention& op, uint32_t dim, bool all) {
  KeyShape shape;
  for (const KeySegment& segment : op.segments) {
    const uint32_t panels = ceilDivide(segment.rows, dim);
    if (!all && isWindow(segment)) {
      const int64_t width = int64_t{segment.mask.high} - segment.mask.low;
      if (width <= 0) continue;
      shape.windows.push_back(
          {static_cast<uint32_t>(std::min<int64_t>(width, segment.rows)), panels});
      shape.keys += segment.rows;
      continue;
    }
    const ColumnRange tiles = tilesOf(segment, 0, op.rows, dim, all);
    shape.keys += tiles.count();
    shape.panels += ceilDivide(tiles.count(), dim);
  }
  shape.keys = std::max(shape.keys, std::min(dim, op.segments.front().rows));
  shape.panels = std::max(shape.panels, shape.windows.empty() ? 1U : 0U);
  std::ranges::sort(shape.windows);
  return shape;
}

bool hasWindows(const Attention& op, bool all) {
  return !all && std::ranges::any_of(op.segments, [](const KeySegment& segment) {
    return isWindow(segment) && segment.mask.high > segment.mask.low;
  });
}

uint64_t leastTileRows(const Attention& op, uint32_t dim) {
  uint64_t sum = 0, most = 0;
  for (uint32_t query = 0; query < op.rows; ++query) {
    uint64_t tiles = 0;
    for (const KeySegment& segment : op.segments)
      tiles += ceilDivide(segment.valid(query).count(), dim);
    sum += tiles;
    most = std::max(most, tiles);
  }
  return std::max(sum, most * dim);  // a tile takes as many cycles as it is wide, at least
}

}  // namespace intformer::compiler
