#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

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

/// Throws std::runtime_error with path and reason, also when there are more than `limit` bytes.
FileBytes readWhole(const std::filesystem::path& path, uint64_t limit);

}  // namespace intformer::files
