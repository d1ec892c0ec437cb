#include "tb/build_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace intformer::tb {
namespace {

namespace fs = std::filesystem;

/// Whether make takes a path of its rules and its folder: no spaces, quotes, `$`, `#`, `%` or `:`.
bool isPlain(const fs::path& path) {
  for (const char c : path.string())
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 &&
        std::string_view("/._-+,@").find(c) == std::string_view::npos)
      return false;
  return true;
}

/// An empty folder that is nobody else's.
fs::path temporaryFolder() {
  const fs::path parent = fs::temp_directory_path();
  std::string name = ((isPlain(parent) ? parent : fs::path("/tmp")) / "intformer-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr)
    throw std::runtime_error(fmt::format("{} cannot be made: {}", name, std::strerror(errno)));
  return name;
}

/// Opened for reading, which is enough for flock: the file may be another user's.
int openLock(const fs::path& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  return file >= 0 || errno != ENOENT ? file
                                      : open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0666);
}

}  // namespace

FileLock::FileLock(const fs::path& path) : file_(openLock(path)) {
  int result = file_;
  if (file_ >= 0) {
    do result = flock(file_, LOCK_EX);
    while (result != 0 && errno == EINTR);
  }
  if (result >= 0) return;
  const std::string reason = std::strerror(errno);
  if (file_ >= 0) close(file_);
  throw std::runtime_error(fmt::format(
      "cannot lock {}: {}; INTFORMER_CACHE names another folder to build in", path.string(),
      reason));
}

FileLock::~FileLock() { close(file_); }

BuildFolder::BuildFolder(const fs::path& place)
    : place_(place),
      beside_(fs::absolute(place.parent_path()) /
              fmt::format(".{}.{}", place.filename().string(), getpid())),
      work_(&beside_) {
  fs::remove_all(beside_.path());
  if (!isPlain(beside_.path())) work_ = &apart_.emplace(temporaryFolder());
  fs::create_directories(path());
}

void BuildFolder::keep() {
  if (apart_) fs::copy(path(), beside_.path(), fs::copy_options::recursive);
  const files::Uninterrupted whole;
  fs::remove_all(place_);
  fs::rename(beside_.path(), place_);
  beside_.release();
}

}  // namespace intformer::tb
