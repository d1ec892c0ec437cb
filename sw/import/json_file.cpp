#include "sw/import/json_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>
#include <string_view>
#include <vector>

#include "sw/files/files.hpp"

namespace intformer::importer {

using files::ImportError;

namespace {

using nlohmann::json;

constexpr int kMaxDepth = 64;
constexpr uint64_t kMaxBytes = uint64_t{1} << 30;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// What Python writes for a number that is not finite, outside strings; npos: nothing.
std::size_t findNotFinite(std::string_view text) {
  bool inString = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (inString && text[i] == '\\')
      ++i;
    else if (text[i] == '"')
      inString = !inString;
    else if (!inString &&
             (text.substr(i).starts_with("NaN") || text.substr(i).starts_with("Infinity")))
      return i;
  }
  return std::string_view::npos;
}

std::size_t lineOf(std::string_view text, std::size_t at) {
  at = std::min(at, text.size());
  return 1 + static_cast<std::size_t>(
                 std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

}  // namespace

json readJson(const std::filesystem::path& path) {
  const auto refuse = [&](const std::string& reason) {
    throw ImportError(fmt::format("{}: {}", path.string(), reason));
  };
  const files::FileBytes bytes = files::readWhole(path, kMaxBytes);
  const std::string_view text = bytes.text();
  if (text.starts_with(kByteOrderMark))
    refuse(
        "begins with a byte order mark (EF BB BF), which JSON does not have; save it as plain "
        "UTF-8");
  std::vector<std::set<std::string>> keys;  // of the objects around
  const auto check = [&](int depth, json::parse_event_t event, json& value) {
    if (depth > kMaxDepth) refuse("is nested too deeply");
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second)
      refuse(fmt::format("has the key {} twice; leave the one that holds", value.dump()));
    return true;
  };
  try {
    return json::parse(text, check);
  } catch (const json::parse_error& error) {
    if (const std::size_t at = findNotFinite(text); at != std::string_view::npos)
      refuse(
          fmt::format("line {}: holds {}, as Python writes it and JSON does not have it; write "
                      "a number or null",
                      lineOf(text, at), text[at] == 'N' ? "NaN" : "Infinity"));
    refuse(fmt::format("line {}: is not JSON", lineOf(text, error.byte)));
  } catch (const json::out_of_range&) {
    refuse("holds a number that is larger than any double");
  }
  return {};
}

JsonFile::JsonFile(const std::filesystem::path& path)
    : JsonPart(path.string(), json::object()), exists_(std::filesystem::exists(path)) {
  if (!exists_) return;
  object_ = readJson(path);
  if (!object_.is_object()) throw ImportError(path_ + ": is not a JSON object");
}

json JsonPart::at(const std::string& key) const {
  const auto found = object_.find(key);
  return found == object_.end() ? json() : *found;
}

std::optional<bool> JsonPart::flag(const std::string& key) const {
  const json value = at(key);
  if (value.is_null()) return std::nullopt;
  if (!value.is_boolean()) refuse(key, "must be true or false, got " + value.dump());
  return value.get<bool>();
}

std::optional<std::string> JsonPart::text(const std::string& key) const {
  const json value = at(key);
  if (value.is_null()) return std::nullopt;
  if (!value.is_string()) refuse(key, "must be a string, got " + value.dump());
  return value.get<std::string>();
}

std::optional<uint32_t> JsonPart::tokens(const std::string& key) const {
  const json value = at(key);
  if (value.is_null()) return std::nullopt;
  if (!value.is_number() || value.get<double>() < 2)
    refuse(key, "must be a count of at least 2 tokens, got " + value.dump());
  if (value.get<double>() > std::numeric_limits<uint32_t>::max()) return std::nullopt;
  if (value.get<double>() != value.get<uint32_t>())
    refuse(key, "must be a whole number of tokens, got " + value.dump());
  return value.get<uint32_t>();
}

void JsonPart::refuse(const std::string& key, const std::string& reason) const {
  throw ImportError(fmt::format("{}: {}: {}", path_, key, reason));
}

}  // namespace intformer::importer
