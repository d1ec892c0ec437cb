#pragma once

#include <filesystem>

namespace intformer::files {

struct LockOptions {
  bool wait = true;        ///< until whoever has the lock gives it back
  bool inherited = false;  ///< by the tools that are run: one that outlives the program keeps it
};

/// An exclusive lock of a file or folder until the end of this object; a file is made where it is
/// missing. Users who share a folder share its locks.
class FileLock {
 public:
  explicit FileLock(const std::filesystem::path& path, LockOptions options = {});
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  /// Why there is no lock, an errno: EWOULDBLOCK where another has it, or what the system says of
  /// the file (some file systems of the network lock no folder). 0: it is held.
  [[nodiscard]] int error() const { return error_; }

 private:
  int file_;
  int error_ = 0;
};

}  // namespace intformer::files
