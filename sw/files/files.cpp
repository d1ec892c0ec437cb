#include "sw/files/files.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>

namespace intformer {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const std::string& reason) {
  throw std::runtime_error(fmt::format("{}: {}", path.string(), reason));
}

/// Removes what was written aside unless it is renamed in time.
class Aside {
 public:
  explicit Aside(const fs::path& target)
      : path_(fmt::format("{}.{}", target.string(), getpid())) {}
  ~Aside() {
    std::error_code ignored;
    if (!done_) fs::remove(path_, ignored);
  }
  Aside(const Aside&) = delete;
  Aside& operator=(const Aside&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }
  std::error_code moveTo(const fs::path& target) {
    std::error_code error;
    fs::rename(path_, target, error);
    done_ = !error;
    return error;
  }

 private:
  fs::path path_;
  bool done_ = false;
};

}  // namespace

void writeAtomically(const fs::path& path, std::span<const std::string_view> parts) {
  std::error_code error;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
  if (error) fail(path.parent_path(), "cannot be made: " + error.message());
  Aside aside(path);
  errno = 0;
  std::ofstream out(aside.path(), std::ios::binary);
  for (const std::string_view part : parts)
    out.write(part.data(), static_cast<std::streamsize>(part.size()));
  out.close();
  if (!out) fail(path, fmt::format("cannot be written: {}", std::strerror(errno)));
  if (const std::error_code failure = aside.moveTo(path); failure)
    fail(path, "cannot be written: " + failure.message());
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

}  // namespace intformer
