#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "sw/files/import_error.hpp"

namespace intformer::files {

/// Writes a file whole or not at all, as OutputFile does (sw/files/streams.hpp).
void writeAtomically(const std::filesystem::path& path, std::string_view bytes);
/// The same for a file in parts, which need not lie side by side in memory.
void writeAtomically(const std::filesystem::path& path, std::span<const std::string_view> parts);

/// The bytes of a file.
struct FileBytes {
  std::unique_ptr<uint8_t[]> data;
  std::size_t size = 0;

  [[nodiscard]] std::span<const uint8_t> span() const { return {data.get(), size}; }
  [[nodiscard]] std::string_view text() const {
    return {reinterpret_cast<const char*>(data.get()), size};
  }
};

/// A file that cannot be read; what() is path and reason.
struct ReadError : ImportError {
  ReadError(const std::filesystem::path& path, std::string why);
  std::string reason;
};

/// Throws ReadError for what is there and is no file: a folder, or a pipe or device, which need not
/// have an end. To be asked before it is opened: that alone lets a pipe's writer go on, and moves
/// some devices.
void demandFile(const std::filesystem::path& path);

/// Opens a file once. Throws ReadError, also when there are more than `limit` bytes, and for what
/// is no file.
FileBytes readWhole(const std::filesystem::path& path, uint64_t limit);

/// What a tool of this project writes is never larger: netlists, reports, sources.
inline constexpr uint64_t kLargestText = uint64_t{4} << 30;

/// The same as a text.
std::string readText(const std::filesystem::path& path, uint64_t limit = kLargestText);

}  // namespace intformer::files
