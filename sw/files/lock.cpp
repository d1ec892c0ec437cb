#include "sw/files/lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

namespace intformer::files {
namespace {

/// Opened for reading, which is enough for flock: the file may be another user's.
int opened(const std::filesystem::path& path, int flags) {
  const int file = ::open(path.c_str(), O_RDONLY | flags);
  if (file >= 0 || errno != ENOENT) return file;
  return ::open(path.c_str(), O_RDONLY | O_CREAT | flags, 0666);
}

}  // namespace

FileLock::FileLock(const std::filesystem::path& path, LockOptions options)
    : file_(opened(path, options.inherited ? 0 : O_CLOEXEC)) {
  int result = file_;
  if (file_ >= 0) {
    do result = ::flock(file_, LOCK_EX | (options.wait ? 0 : LOCK_NB));
    while (result != 0 && errno == EINTR);
  }
  if (result < 0) error_ = errno;
}

FileLock::~FileLock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace intformer::files
