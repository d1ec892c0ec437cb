#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "sw/graph/attention.hpp"
#include "sw/model/random.hpp"

/// Who attends to whom, as data: the published sparse patterns as segments of keys.
namespace intformer::model {

enum class PatternKind : uint8_t {
  Full,
  Causal,   ///< what comes before, and itself
  Sliding,  ///< a window around every token; with global tokens as Longformer (Beltagy et al., 2020)
  Blocks,   ///< the tokens of its own block
  BigBird,  ///< blocks: global, neighbouring and random ones (Zaheer et al., 2020)
  Strided,  ///< Sparse Transformer (Child et al., 2019), strided: layers take turns between the last
            ///< `stride` tokens and every stride-th token before
  Fixed,    ///< the same, fixed: one's own block before oneself, and the last tokens of blocks before
};
inline constexpr std::string_view kPatternNames[] = {"full",    "causal",  "sliding", "blocks",
                                                     "bigbird", "strided", "fixed"};

/// Of a sequence of any length. Zero where the kind has no such number.
struct AttentionPattern {
  PatternKind kind = PatternKind::Full;
  uint32_t window = 0;    ///< Sliding: tokens beside oneself, half before and half behind.
                          ///< BigBird: neighbouring blocks, an odd number with one's own
  uint32_t dilation = 1;  ///< Sliding: distance of the window's tokens
  uint32_t global = 0;    ///< first tokens, or blocks, that see all and are seen by all
  uint32_t block = 0;     ///< tokens
  uint32_t random = 0;    ///< blocks that a block sees besides
  uint32_t stride = 0;    ///< tokens
  uint32_t summary = 0;   ///< last tokens of a block that those behind it see
  bool operator==(const AttentionPattern&) const = default;
};

/// Some queries of a sequence with all their keys: fields of an attention operator.
struct PatternPart {
  RowSet queries;
  std::vector<KeySegment> segments;
};

/// The parts of a layer for the sequence in rows [first, first + rows) of its tensors; every row is
/// in exactly one. `random`: draws the random blocks.
std::vector<PatternPart> expand(const AttentionPattern& pattern, const KeySegment& whole,
                                uint32_t layer, Random& random);

}  // namespace intformer::model
