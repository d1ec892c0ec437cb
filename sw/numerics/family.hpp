#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace intformer {

/// Which integer approximation computes GELU and 2^-x (docs/2-numerics.md, sections 2.5 and 2.6).
enum class Family { Ibert, Pwl };

inline constexpr std::array<std::string_view, 2> kFamilyNames = {"ibert", "pwl"};

constexpr std::string_view familyName(Family family) {
  return kFamilyNames[static_cast<std::size_t>(family)];
}

}  // namespace intformer
