#pragma once

#include <cstdint>
#include <vector>

#include "gen/plan.hpp"
#include "tests/programs/random_source.hpp"

namespace intformer::test {

/// Constant records of a random program, in scratchpad and memory alike: for each kind the byte
/// planes of its panels, at these words of a set.
struct ConstantWords {
  uint32_t panels;
  uint32_t requantize;
  uint32_t twoScale;  ///< residual and activation
  uint32_t layerNorm;
  uint32_t words;  ///< of a set
};
inline constexpr ConstantWords kSpaciousConstants = {3, 0, 8 * 3, (8 + 11) * 3, (8 + 11 + 6) * 3};
/// One record for all kinds: that of two scales begins like the others.
inline constexpr ConstantWords kTightConstants = {1, 0, 0, 0, 11};
inline constexpr uint32_t kConstSets = 3;
inline constexpr uint32_t kListRows = 96;
inline constexpr uint32_t kTableRows = 8;

/// Where things lie in the memory of a random program, in bytes.
struct RandomLayout {
  ConstantWords constantWords = kSpaciousConstants;
  uint64_t constants = 0;  ///< kConstSets sets of constantWords.words words
  uint64_t lists = 0;      ///< row numbers below kTableRows for gathers from the data
  uint64_t data = 0;       ///< random bytes
  uint64_t output = 0;     ///< zeros; stores go here
  uint64_t end = 0;
};

/// The image: space for the program from 0 to `layout.constants`, then as the layout says. Scales in
/// the constants are legal, mostly such that results neither vanish nor saturate.
std::vector<uint8_t> randomImage(const Plan& plan, const RandomLayout& layout,
                                 RandomSource& random);

}  // namespace intformer::test
