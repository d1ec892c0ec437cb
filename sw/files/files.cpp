#include "sw/files/files.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "sw/files/streams.hpp"

namespace intformer::files {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const std::string& reason) {
  throw std::runtime_error(fmt::format("{}: {}", path.string(), reason));
}

}  // namespace

void writeAtomically(const fs::path& path, std::span<const std::string_view> parts) {
  OutputFile out(path);
  for (const std::string_view part : parts) out.write(part);
  out.close();
}

void writeAtomically(const fs::path& path, std::string_view bytes) {
  writeAtomically(path, std::span(&bytes, 1));
}

FileBytes readWhole(const fs::path& path, uint64_t limit) {
  errno = 0;
  if (fs::is_directory(path)) fail(path, "is a folder, not a file");
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) fail(path, fmt::format("cannot be opened: {}", std::strerror(errno)));
  const std::streamoff size = file.tellg();
  if (size < 0 || static_cast<uint64_t>(size) > limit)
    fail(path, fmt::format("has {} bytes, at most {} are read", size, limit));
  FileBytes bytes{std::make_unique_for_overwrite<uint8_t[]>(static_cast<std::size_t>(size)),
                  static_cast<std::size_t>(size)};
  file.seekg(0);
  file.read(reinterpret_cast<char*>(bytes.data.get()), size);
  if (!file) fail(path, "cannot be read");
  return bytes;
}

}  // namespace intformer::files
