#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sw/files/files.hpp"

namespace intformer::itf {

/// A model file that is damaged, of another version or contradicts itself. The message names file
/// and place and says what helps.
struct ItfError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A named stretch of bytes.
struct ItfSection {
  std::string name;
  std::span<const uint8_t> bytes;
};

/// Writes a file of sections, whole or not at all. Throws std::runtime_error. docs/9-models.md has
/// the format: little endian; magic, version, sizes, checksum of header and table; a JSON table
/// of the sections; the sections, each at a multiple of 64 bytes, with a checksum (XXH3, 64 bits).
void writeItf(const std::filesystem::path& path, std::span<const ItfSection> sections);

/// A file of sections, read and checked as a whole: every byte is covered by a checksum or must be
/// zero.
class ItfFile {
 public:
  /// Throws ItfError, std::runtime_error when the file cannot be read.
  explicit ItfFile(const std::filesystem::path& path);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] bool contains(const std::string& name) const { return sections_.contains(name); }
  /// Of all sections, sorted.
  [[nodiscard]] std::vector<std::string> names() const;
  /// Throws ItfError when there is none of that name. Valid as long as this object.
  [[nodiscard]] std::span<const uint8_t> section(const std::string& name) const;
  [[nodiscard]] std::string_view text(const std::string& name) const;
  /// Of all contents: files of the same sections have the same.
  [[nodiscard]] uint64_t checksum() const { return checksum_; }
  /// Throws ItfError about this file.
  [[noreturn]] void refuse(const std::string& reason) const;

 private:
  void readTable(std::string_view table, uint64_t begin);

  std::string path_;
  files::FileBytes bytes_;
  uint64_t checksum_ = 0;
  std::map<std::string, std::span<const uint8_t>> sections_;
};

}  // namespace intformer::itf
