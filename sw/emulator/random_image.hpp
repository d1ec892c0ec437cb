#pragma once

#include <cstdint>
#include <vector>

#include "gen/plan.hpp"
#include "sw/emulator/random_source.hpp"

namespace intformer {

/// Constant records of a random program, in scratchpad and memory alike: for each kind the byte
/// planes of kConstPanels panels, one kind after the other.
inline constexpr uint32_t kConstPanels = 3;
inline constexpr uint32_t kRequantizeWord = 0;
/// Residual and activation.
inline constexpr uint32_t kTwoScaleWord = kRequantizeWord + 8 * kConstPanels;
inline constexpr uint32_t kLayerNormWord = kTwoScaleWord + 11 * kConstPanels;
inline constexpr uint32_t kConstWords = kLayerNormWord + 6 * kConstPanels;
inline constexpr uint32_t kConstSets = 3;
inline constexpr uint32_t kListRows = 96;
inline constexpr uint32_t kTableRows = 8;

/// Where things lie in the memory of a random program, in bytes.
struct RandomLayout {
  uint64_t constants = 0;  ///< kConstSets sets of kConstWords words
  uint64_t lists = 0;      ///< row numbers below kTableRows for gathers from the data
  uint64_t data = 0;       ///< random bytes
  uint64_t output = 0;     ///< zeros; stores go here
  uint64_t end = 0;
};

/// The image: space for the program from 0 to `layout.constants`, then as the layout says. Scales in
/// the constants are legal, mostly such that results neither vanish nor saturate.
std::vector<uint8_t> randomImage(const Plan& plan, const RandomLayout& layout,
                                 RandomSource& random);

}  // namespace intformer
