#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "gen/toml_file.hpp"
#include "sw/model/bert.hpp"

namespace intformer::model {

/// Reads the keys of one file and collects what is wrong with them.
class SpecReader {
 public:
  SpecReader(std::string file, const toml::table& table, std::vector<Diagnostic>& diagnostics)
      : file_(std::move(file)), table_(table), diagnostics_(diagnostics) {}

  void fault(const toml::node* node, std::string key, std::string reason,
             std::string suggestion = "") {
    const toml::source_position at =
        node ? node->source().begin : toml::source_position{1, 1};  // what is missing is nowhere
    diagnostics_.push_back({file_, at.line, static_cast<uint32_t>(at.column), std::move(key),
                            std::move(reason), std::move(suggestion)});
  }

  /// Keys that are no model's, or not of this kind.
  void refuseStrangeKeys(ModelKind kind);
  ModelKind kind();

  const toml::node* find(std::string_view key, bool required = true) {
    const toml::node* node = table_.get(key);
    if (!node && required) fault(nullptr, std::string(key), "is missing");
    return node;
  }

  uint32_t number(std::string_view key, int64_t low, int64_t high) {
    const toml::node* node = find(key);
    return node ? number(*node, key, low, high) : 0;
  }

  std::optional<uint32_t> optionalNumber(std::string_view key, int64_t low, int64_t high) {
    const toml::node* node = find(key, false);
    if (!node) return std::nullopt;
    return number(*node, key, low, high);
  }

  std::string word(std::string_view key) {
    const toml::node* node = find(key);
    if (!node) return {};
    const auto value = node->value_exact<std::string>();
    if (!value || value->empty()) fault(node, std::string(key), "must be a word in quotes");
    return value.value_or("");
  }

  double positive(std::string_view key, double otherwise) {
    const toml::node* node = find(key, false);
    if (!node) return otherwise;
    const auto value = node->is_string() ? std::nullopt : node->value<double>();
    if (value && std::isfinite(*value) && *value > 0) return *value;
    fault(node, std::string(key), "must be a positive number", fmt::format("{:g}", otherwise));
    return otherwise;
  }

  bool flag(std::string_view key, bool otherwise = false) {
    const toml::node* node = find(key, false);
    if (!node) return otherwise;
    if (!node->is_boolean())
      fault(node, std::string(key), "must be true or false", otherwise ? "true" : "false");
    return node->value_exact<bool>().value_or(otherwise);
  }

 private:
  /// 0 when refused.
  uint32_t number(const toml::node& node, std::string_view key, int64_t low, int64_t high) {
    const auto value = node.value_exact<int64_t>();
    if (!value) {
      fault(&node, std::string(key), "must be a whole number");
      return 0;
    }
    if (*value >= low && *value <= high) return static_cast<uint32_t>(*value);
    fault(&node, std::string(key), fmt::format("must be {} to {}, got {}", low, high, *value),
          std::to_string(std::clamp(*value, low, high)));
    return 0;
  }

  std::string file_;
  const toml::table& table_;
  std::vector<Diagnostic>& diagnostics_;
};

}  // namespace intformer::model
