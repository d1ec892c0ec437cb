#include "sw/compiler/mask_parts.hpp"

#include <algorithm>

namespace intformer::compiler {
namespace {

constexpr int64_t kDither = 256;        // period of the dither, in positions
constexpr int64_t kPositions = 65536;   // that a command counts
constexpr int64_t kLeast = -32768, kMost = 32767;  // columns that it can name

int32_t clamp16(int64_t value) {
  return static_cast<int32_t>(std::clamp(value, kLeast, kMost));
}

/// What a command's fields become.
struct Wanted {
  int64_t row, column, low, high;
  bool lowMoves, highMoves;

  [[nodiscard]] bool fits(uint32_t rows, uint32_t columns) const {
    const auto named = [](int64_t bound) { return bound >= kLeast && bound <= kMost; };
    return row + rows <= kPositions && column + columns <= kMost && named(low) && named(high);
  }
  /// The same with smaller positions.
  [[nodiscard]] Wanted moved() const {
    const int64_t rows = row / kDither * kDither, columns = column / kDither * kDither;
    return {row - rows, column - columns, low - columns + (lowMoves ? rows : 0),
            high - columns + (highMoves ? rows : 0), lowMoves, highMoves};
  }
};

}  // namespace

std::vector<MaskPart> maskParts(const Attention& op, const KeyPiece& piece, uint32_t first,
                                uint32_t rows) {
  const KeySegment& segment = op.segments[piece.segment];
  const Mask& mask = segment.mask;
  const auto part = [&](uint32_t offset, uint32_t count, int64_t high, bool highMoves) {
    // Columns and rows count from the segment's and the operator's positions.
    const int64_t row = op.position, column = segment.position;
    Wanted wanted{row + first + offset, column + piece.first,
                  mask.low + column - (mask.lowMoves ? row : 0),
                  high + column - (highMoves ? row : 0), mask.lowMoves, highMoves};
    if (!wanted.fits(count, piece.rows)) wanted = wanted.moved();
    return MaskPart{offset, count, static_cast<uint32_t>(wanted.row),
                    static_cast<uint32_t>(wanted.column), clamp16(wanted.low),
                    clamp16(wanted.high), mask.lowMoves, highMoves};
  };
  if (!mask.highMoves)
    return {part(0, rows, std::min<int64_t>(mask.high, segment.rows), false)};
  const int64_t lastMoving = int64_t{segment.rows} - mask.high;  // query + high <= rows
  const auto moving = static_cast<uint32_t>(std::clamp<int64_t>(lastMoving + 1 - first, 0, rows));
  std::vector<MaskPart> parts;
  if (moving > 0) parts.push_back(part(0, moving, mask.high, true));
  if (moving < rows) parts.push_back(part(moving, rows - moving, segment.rows, false));
  return parts;
}

}  // namespace intformer::compiler
