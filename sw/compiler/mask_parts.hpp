#pragma once

#include <cstdint>
#include <vector>

#include "sw/compiler/key_plan.hpp"

/// A segment's mask in the terms of row_max and exp, which know neither segments nor where they end.
namespace intformer::compiler {

/// Rows [offset, offset + rows) of a step on a piece of keys, under one form of the mask: column c,
/// counted from columnPosition, is valid in row r, counted from rowPosition, if
/// low (+ r) <= c < high (+ r).
struct MaskPart {
  uint32_t offset = 0;
  uint32_t rows = 0;
  uint32_t rowPosition = 0;
  uint32_t columnPosition = 0;
  int32_t low = 0;
  int32_t high = 0;
  bool lowMoves = false;
  bool highMoves = false;
  bool operator==(const MaskPart&) const = default;
};

/// Queries [first, first + rows) of an operator on a piece: one part, or two where the end of the
/// valid columns moves up to the segment's end, at which it stops. Positions that the commands have
/// no bits for are all moved down by whole multiples of 256, which changes neither what is valid nor
/// how weights are dithered.
std::vector<MaskPart> maskParts(const Attention& op, const KeyPiece& piece, uint32_t first,
                                uint32_t rows);

}  // namespace intformer::compiler
