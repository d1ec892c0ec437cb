#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "sw/files/interrupt.hpp"

namespace intformer::tb {

/// Holds an exclusive lock on a file, so that two programs do not build the same thing at once.
/// Users who share a folder share its locks.
class FileLock {
 public:
  /// Waits for the lock. Throws std::runtime_error with the reason.
  explicit FileLock(const std::filesystem::path& path);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int file_;
};

/// A folder to build something in, which then appears whole at its place or not at all, interrupts
/// included. It lies
/// beside that place, or where the path holds what make and Verilator's makefiles do not take (spaces
/// among it), among the temporary files.
class BuildFolder {
 public:
  /// For a build that is to become `place`. Throws std::runtime_error or filesystem_error.
  explicit BuildFolder(const std::filesystem::path& place);
  BuildFolder(const BuildFolder&) = delete;
  BuildFolder& operator=(const BuildFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return work_->path(); }
  /// Moves it to its place, over what is there.
  void keep();

 private:
  std::filesystem::path place_;
  files::TemporaryPath beside_;
  std::optional<files::TemporaryPath> apart_;  ///< where the other cannot be built in
  const files::TemporaryPath* work_;
};

}  // namespace intformer::tb
