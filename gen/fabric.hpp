#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace intformer {

/// What the hardware is built for. Results are the same on all of them.
enum class Fabric : uint8_t { Generic, Ecp5, Ultrascale };

inline constexpr std::array<std::string_view, 3> kFabricNames = {"generic", "ecp5", "ultrascale"};

constexpr std::string_view fabricName(Fabric fabric) {
  return kFabricNames[static_cast<std::size_t>(fabric)];
}

}  // namespace intformer
