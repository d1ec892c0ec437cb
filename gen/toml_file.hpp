#pragma once

#include <toml++/toml.h>

#include <optional>
#include <string>
#include <string_view>

#include "gen/config.hpp"

namespace intformer {

/// What a TOML file is asked for, in messages.
struct TomlKind {
  std::string_view what;     ///< "hardware config"
  std::string_view example;  ///< "configs/base16.toml"
};

struct TomlFile {
  toml::table table;
  std::optional<Diagnostic> fault;  ///< why there is no table
};

/// Reads a TOML file, once and whole: a pipe, a device and what is larger than any such file are
/// refused, and so is what nests deeper than the parser can go (tooDeep).
TomlFile readToml(const std::string& path, const TomlKind& kind);

struct TextPlace {
  uint32_t line = 0;  ///< 1-based; 0: nowhere
  uint32_t column = 0;
};

/// Parts of a dotted key and brackets around it, together. The parser recurses by them, and has no
/// limit of its own for keys.
inline constexpr unsigned kMostTomlParts = 100;

/// Where a TOML text has more of them than that. To be asked of every text before it is parsed.
TextPlace tooDeep(std::string_view text);

}  // namespace intformer
