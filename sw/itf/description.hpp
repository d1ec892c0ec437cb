#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sw/itf/container.hpp"

namespace intformer::itf {

/// A JSON object of a model file, read key by key: what is missing or of another kind is refused
/// through the file.
class Description {
 public:
  Description(const ItfFile& file, nlohmann::ordered_json json, std::string where)
      : file_(file), json_(std::move(json)), where_(std::move(where)) {
    if (!json_.is_object()) file_.refuse(where_ + " is not a JSON object");
  }

  [[nodiscard]] uint32_t count(const char* key, uint32_t low, uint32_t high) const {
    const nlohmann::ordered_json& value = at(key);
    if (!value.is_number_unsigned() || value.get<uint64_t>() < low || value.get<uint64_t>() > high)
      file_.refuse(fmt::format("{}: {}: must be a count from {} to {}, got {}", where_, key, low,
                               high, value.dump()));
    return value.get<uint32_t>();
  }
  [[nodiscard]] bool flag(const char* key) const {
    if (!at(key).is_boolean())
      file_.refuse(fmt::format("{}: {}: must be true or false", where_, key));
    return at(key).get<bool>();
  }
  [[nodiscard]] std::string text(const char* key) const {
    if (!at(key).is_string()) file_.refuse(fmt::format("{}: {}: must be a string", where_, key));
    return at(key).get<std::string>();
  }
  [[nodiscard]] bool has(const char* key) const { return json_.contains(key); }
  [[nodiscard]] Description part(const char* key) const {
    return {file_, at(key), where_ + ": " + key};
  }
  [[nodiscard]] std::vector<Description> list(const char* key) const {
    if (!at(key).is_array()) file_.refuse(fmt::format("{}: {}: must be an array", where_, key));
    std::vector<Description> entries;
    for (const nlohmann::ordered_json& entry : at(key))
      entries.emplace_back(file_, entry, fmt::format("{}: {}", where_, key));
    return entries;
  }
  /// All of it, which must be strings.
  [[nodiscard]] std::map<std::string, std::string> texts() const {
    std::map<std::string, std::string> all;
    for (const auto& [key, value] : json_.items()) all[key] = text(key.c_str());
    return all;
  }
  [[nodiscard]] const nlohmann::ordered_json& at(const char* key) const {
    if (!json_.contains(key)) file_.refuse(fmt::format("{}: {} is missing", where_, key));
    return json_[key];
  }

 private:
  const ItfFile& file_;
  nlohmann::ordered_json json_;
  std::string where_;
};

}  // namespace intformer::itf
