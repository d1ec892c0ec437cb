#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace intformer {

/// Which counters a device has, from all to none: the number is what its registers tell. 0 is also
/// what a device tells that knows of no choice, and has all.
enum class Counters : uint8_t { Full, Basic, None };

inline constexpr std::array<std::string_view, 3> kCountersNames = {"full", "basic", "none"};

constexpr std::string_view countersName(Counters counters) {
  return kCountersNames[static_cast<std::size_t>(counters)];
}

}  // namespace intformer
