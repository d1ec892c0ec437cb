#pragma once

#include <filesystem>

namespace intformer::fpga {

/// A folder in which files have fixed names, and which one run has for itself until it ends.
class FolderLock {
 public:
  /// Makes the folder where it is missing. Throws std::runtime_error where another run has it.
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int file_;
};

}  // namespace intformer::fpga
