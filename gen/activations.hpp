#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace intformer {

/// What a device computes between two requantizations: GELU alone, or also functions from a table.
enum class Activations : uint8_t { Gelu, Table };

inline constexpr std::array<std::string_view, 2> kActivationsNames = {"gelu", "table"};

constexpr std::string_view activationsName(Activations activations) {
  return kActivationsNames[static_cast<std::size_t>(activations)];
}

}  // namespace intformer
