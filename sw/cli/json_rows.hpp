#pragma once

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "sw/files/streams.hpp"

namespace intformer::cli {

/// Adds --json and --jsonl, which write an object per `what`.
void addJsonRows(CLI::App& command, std::string& json, std::string& jsonLines,
                 const std::string& what);

/// A JSON object per text, in an array or on lines of their own; both as they come.
class JsonRows {
 public:
  /// Empty names: not wanted. Throws std::runtime_error.
  JsonRows(const std::string& json, const std::string& jsonLines);

  [[nodiscard]] bool wanted() const { return array_ || lines_; }
  void add(const nlohmann::ordered_json& row);
  void finish();

 private:
  std::optional<files::OutputFile> array_, lines_;
  bool first_ = true;
};

}  // namespace intformer::cli
