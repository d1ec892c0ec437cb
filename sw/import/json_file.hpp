#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "sw/files/import_error.hpp"

namespace intformer::importer {

/// A JSON file of a model's folder. Throws ImportError, with line and way out, where it cannot be
/// opened, is no JSON, begins with a byte order mark, holds NaN or Infinity or an object with a key
/// twice.
nlohmann::json readJson(const std::filesystem::path& path);

/// A JSON object and where it is, for messages: a path, or a path and a key.
class JsonPart {
 public:
  /// `object` is one.
  JsonPart(std::string path, nlohmann::json object)
      : path_(std::move(path)), object_(std::move(object)) {}

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const nlohmann::json& object() const { return object_; }
  /// A key's value; null where it is missing.
  [[nodiscard]] nlohmann::json at(const std::string& key) const;
  /// A key's value of a kind; none where it is missing or null. Throw ImportError for other kinds.
  [[nodiscard]] std::optional<bool> flag(const std::string& key) const;
  [[nodiscard]] std::optional<std::string> text(const std::string& key) const;
  /// A count of tokens; none where it is missing, null, or beyond 32 bits, which means no limit.
  [[nodiscard]] std::optional<uint32_t> tokens(const std::string& key) const;
  /// Throws ImportError: "<path>: <key>: <reason>".
  [[noreturn]] void refuse(const std::string& key, const std::string& reason) const;

 protected:
  std::string path_;
  nlohmann::json object_;
};

/// A folder's file that holds a JSON object.
class JsonFile : public JsonPart {
 public:
  /// Where there is no such file the object is empty. Throws ImportError.
  explicit JsonFile(const std::filesystem::path& path);

  [[nodiscard]] bool exists() const { return exists_; }

 private:
  bool exists_ = false;
};

}  // namespace intformer::importer
