#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gen/plan.hpp"

namespace intformer {

/// One fault of a config: where, what, how to mend.
struct Diagnostic {
  std::string file;
  uint32_t line = 0;  ///< 1-based; 0: not in the file (a --set override)
  uint32_t column = 0;
  std::string key;         ///< dotted, "vector.lanes"
  std::string reason;
  std::string suggestion;  ///< the nearest legal value, or empty

  /// "configs/x.toml:7:9: vector.lanes: must be a power of two, got 6; nearest legal: 8"
  [[nodiscard]] std::string text() const;
};

struct ConfigResult {
  std::optional<Plan> plan;  ///< set when there are no diagnostics
  std::vector<Diagnostic> diagnostics;
};

/// Reads a hardware config, applies overrides ("vector.lanes=8"), checks everything and derives the
/// Plan. All faults are reported at once; nothing is written.
ConfigResult loadConfig(const std::string& path, std::span<const std::string> overrides = {});

}  // namespace intformer
