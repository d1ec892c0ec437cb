#pragma once

#include <cstdint>
#include <string_view>

namespace intformer::files {

/// FNV-1a, 64 bits: guards against mix-ups, not against malice. Of several texts one behind the
/// other when each call gets what the one before returned.
constexpr uint64_t fnv1a(std::string_view text, uint64_t hash = 0xcbf29ce484222325ULL) {
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3ULL;
  return hash;
}

}  // namespace intformer::files
