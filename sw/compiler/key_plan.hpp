#pragma once

#include <cstdint>
#include <vector>

#include "sw/graph/attention.hpp"

/// Which keys a step of attention meets: of every segment the tiles that hold a valid pair. Knows
/// nothing of places and commands.
namespace intformer::compiler {

/// Keys of a segment that are loaded together where steps meet other keys each: a multiple of every
/// DIM.
inline constexpr uint32_t kUnitKeys = 64;

/// Keys [first, first + rows) of a segment, a whole number of tiles but at the segment's end.
struct KeyPiece {
  uint32_t segment = 0;
  uint32_t first = 0;  ///< a multiple of DIM
  uint32_t rows = 0;
  uint32_t panel = 0;  ///< of the step's logits, where it begins
  bool operator==(const KeyPiece&) const = default;
};
using KeyPlan = std::vector<KeyPiece>;

/// Panels of logits that a plan takes.
uint32_t panelsOf(const KeyPlan& plan, uint32_t dim);
/// Keys that it meets.
uint32_t keysOf(const KeyPlan& plan);

/// The plan of queries [first, first + rows). `all`: of every key, seen or not. Where they see none
/// it has the first tile, whose masked columns make the zeros of their results.
KeyPlan planKeys(const Attention& op, uint32_t first, uint32_t rows, uint32_t dim, bool all);

/// All keys that are loaded for a piece, and must have been written before: it itself, rounded out to
/// blocks of kUnitKeys where steps meet other keys each, of which they share most.
KeyPiece spanOfUnits(const Attention& op, const KeyPiece& piece);
/// The same in what is loaded together.
std::vector<KeyPiece> unitsOf(const Attention& op, const KeyPiece& piece);

/// The plan cut into chunks of at most so many panels each, whose panels count from 0 each.
std::vector<KeyPlan> chunksOf(const KeyPlan& plan, uint32_t panels, uint32_t dim);

/// What plans of an operator take at most, by the rows of a step.
struct KeyShape {
  /// What a query sees of a segment: an interval that moves with it.
  struct Window {
    uint32_t width = 0;
    uint32_t panels = 0;  ///< of the whole segment
    auto operator<=>(const Window&) const = default;
  };
  uint32_t keys = 0;    ///< of all segments
  uint32_t panels = 0;  ///< of the segments without a window
  std::vector<Window> windows;
  auto operator<=>(const KeyShape&) const = default;

  [[nodiscard]] uint32_t panelsAt(uint32_t rows, uint32_t dim) const;
  [[nodiscard]] uint32_t keysAt(uint32_t rows, uint32_t dim) const;
  /// Keys that are held for a step: of windows in whole units.
  [[nodiscard]] uint32_t heldAt(uint32_t rows, uint32_t dim) const;
};
KeyShape keyShape(const Attention& op, uint32_t dim, bool all);
/// Whether its keys lie in windows; `all` as for planKeys().
bool hasWindows(const Attention& op, bool all);

/// Cycles of the array, per panel of a head's width, that all queries of one head take at least.
uint64_t leastTileRows(const Attention& op, uint32_t dim);

}  // namespace intformer::compiler
