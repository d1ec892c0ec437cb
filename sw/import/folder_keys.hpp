#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace intformer::importer {

/// What becomes of a key of a model's folder.
enum class KeyUse : uint8_t {
  Read,     ///< is honoured as the published libraries honour it
  Must,     ///< must be one of some values, or null, or missing; others are refused
  Ignored,  ///< changes no ids and no vectors
};

/// Keys of one file that are treated alike: the one table of them, which docs/9-models.md shows.
struct FolderKeys {
  const char* file;    ///< its name, and perhaps the object in it: "tokenizer.json model"
  KeyUse use;
  const char* keys;    ///< between spaces; one may begin with *, for anything
  const char* values;  ///< of Must: JSON values between spaces
  const char* why;     ///< what is taken from it, why it must be so, or what it is for
};

std::span<const FolderKeys> folderKeys();

/// Looks up all keys of `object`, which lies in the file at `path` and is `file` in the table.
/// Appends to `faults` a line for each that must be otherwise, and to `notes` one for each that is
/// not in the table.
void checkKeys(std::string_view file, const nlohmann::json& object, const std::string& path,
               std::vector<std::string>& faults, std::vector<std::string>& notes);
/// The same; throws ImportError with all faults.
void requireKeys(std::string_view file, const nlohmann::json& object, const std::string& path,
                 std::vector<std::string>& notes);

}  // namespace intformer::importer
