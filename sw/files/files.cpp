#include "sw/files/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "sw/files/streams.hpp"

namespace intformer::files {
namespace {

namespace fs = std::filesystem;

struct Descriptor {
  explicit Descriptor(int opened) : file(opened) {}
  ~Descriptor() {
    if (file >= 0) ::close(file);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int file;
};

void demandFile(const fs::path& path, const struct stat& status) {
  if (S_ISREG(status.st_mode)) return;
  const char* const what = S_ISDIR(status.st_mode)    ? "a folder"
                           : S_ISSOCK(status.st_mode) ? "a socket"
                                                      : "a device";
  if (S_ISFIFO(status.st_mode)) throw ReadError(path, "is a pipe; write it to a file first");
  throw ReadError(path, fmt::format("is {}, not a file", what));
}

/// As many bytes as there are, of those asked for.
std::size_t readInto(const fs::path& path, int file, uint8_t* to, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count = ::read(file, to + done, size - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw ReadError(path, fmt::format("cannot be read: {}", std::strerror(errno)));
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

}  // namespace

ReadError::ReadError(const fs::path& path, std::string why)
    : ImportError(fmt::format("{}: {}", path.string(), why)), reason(std::move(why)) {}

void writeAtomically(const fs::path& path, std::span<const std::string_view> parts) {
  OutputFile out(path);
  for (const std::string_view part : parts) out.write(part);
  out.close();
}

void writeAtomically(const fs::path& path, std::string_view bytes) {
  writeAtomically(path, std::span(&bytes, 1));
}

void demandFile(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) demandFile(path, status);
}

FileBytes readWhole(const fs::path& path, uint64_t limit) {
  demandFile(path);
  struct stat status {};
  const Descriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (opened.file < 0 || ::fstat(opened.file, &status) != 0)
    throw ReadError(path, fmt::format("cannot be opened: {}", std::strerror(errno)));
  demandFile(path, status);
  const auto tooLarge = [&](auto size) {
    return ReadError(path, fmt::format("has {} bytes, at most {} are read", size, limit));
  };
  if (static_cast<uint64_t>(status.st_size) > limit) throw tooLarge(status.st_size);

  // Files of the kernel's own say 0 and hold more, and others may grow: one byte more is asked for.
  std::size_t room = std::max<std::size_t>(static_cast<std::size_t>(status.st_size) + 1, 4096);
  FileBytes bytes{std::make_unique_for_overwrite<uint8_t[]>(room), 0};
  for (;;) {
    bytes.size += readInto(path, opened.file, bytes.data.get() + bytes.size, room - bytes.size);
    if (bytes.size > limit) throw tooLarge(bytes.size);
    if (bytes.size < room) return bytes;
    auto larger = std::make_unique_for_overwrite<uint8_t[]>(room *= 2);
    std::copy_n(bytes.data.get(), bytes.size, larger.get());
    bytes.data = std::move(larger);
  }
}

std::string readText(const fs::path& path, uint64_t limit) {
  return std::string(readWhole(path, limit).text());
}

}  // namespace intformer::files
