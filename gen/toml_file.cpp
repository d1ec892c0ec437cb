#include "gen/toml_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "sw/files/files.hpp"

namespace intformer {
namespace {

/// The longest of them has a few hundred lines.
constexpr uint64_t kMostBytes = uint64_t{1} << 20;
/// A file that is no text has a zero among its first bytes.
constexpr std::size_t kHead = 64;

/// Behind the string that begins at `at`: with one quote in its line, or with three in any.
std::size_t behindString(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const bool basic = quote == '"';
  const bool lines = text.substr(at, 3) == std::string(3, quote);
  for (std::size_t i = at + (lines ? 3 : 1); i < text.size(); ++i) {
    if (basic && text[i] == '\\') {
      ++i;
    } else if (!lines && (text[i] == quote || text[i] == '\n')) {
      return text[i] == quote ? i + 1 : i;
    } else if (lines && text.substr(i, 3) == std::string(3, quote)) {
      i += 3;  // up to two quotes before the last three are the string's own
      for (unsigned more = 0; more < 2 && i < text.size() && text[i] == quote; ++more) ++i;
      return i;
    }
  }
  return text.size();
}

TextPlace placeOf(std::string_view text, std::size_t at) {
  TextPlace place{1, 1};
  for (const char c : text.substr(0, at)) {
    if (c == '\n') {
      ++place.line;
      place.column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) {  // as people count letters
      ++place.column;
    }
  }
  return place;
}

}  // namespace

TextPlace tooDeep(std::string_view text) {
  std::vector<unsigned> outer;  // of each open bracket: the parts of the key before it, and itself
  unsigned around = 0;          // their sum
  unsigned dots = 0;            // in the key, or the number, that is being read
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '"' || c == '\'') {
      i = behindString(text, i);
      continue;
    }
    if (c == '#') {
      i = std::min(text.find('\n', i), text.size());
      continue;
    }
    if (c == '.') {
      ++dots;
    } else if (c == '[' || c == '{') {
      outer.push_back(dots + 1);
      around += outer.back();
      dots = 0;
    } else if (c == ']' || c == '}') {
      if (!outer.empty()) {
        around -= outer.back();
        outer.pop_back();
      }
      dots = 0;
    } else if (c == ',' || (c == '\n' && outer.empty())) {
      dots = 0;
    }
    if (around + dots >= kMostTomlParts) return placeOf(text, i);
    ++i;
  }
  return {};
}

TomlFile readToml(const std::string& path, const TomlKind& kind) {
  TomlFile file;
  const auto fault = [&](std::string reason, uint32_t line = 0, uint32_t column = 0) {
    file.fault = Diagnostic{path, line, column, "", std::move(reason), ""};
  };
  if (std::error_code error; std::filesystem::is_directory(path, error)) {
    fault(fmt::format("is a folder, not a {}", kind.what));
    return file;
  }
  files::FileBytes bytes;
  try {
    bytes = files::readWhole(path, kMostBytes);
  } catch (const files::ReadError& error) {
    fault(error.reason);
    return file;
  }
  const std::string_view text = bytes.text();
  if (text.substr(0, kHead).find('\0') != std::string_view::npos) {
    fault(fmt::format("is no text; a {} is TOML, as {} is", kind.what, kind.example));
    return file;
  }
  if (const TextPlace place = tooDeep(text); place.line != 0) {
    fault(fmt::format("a key or value of more than {} parts, one in the other; a {} has three at "
                      "most, as {} shows",
                      kMostTomlParts, kind.what, kind.example),
          place.line, place.column);
    return file;
  }
  try {
    file.table = toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    const toml::source_position at = error.source().begin;
    fault(std::string(error.description()), at.line, static_cast<uint32_t>(at.column));
  }
  return file;
}

}  // namespace intformer
