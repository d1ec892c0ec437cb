#pragma once

#include <filesystem>

#include "sw/files/lock.hpp"

namespace intformer::fpga {

/// One run has a folder in which files have fixed names for itself until it ends, its tools included.
class OnlyRun {
 public:
  /// Makes the folder where it is missing. Throws std::runtime_error where another run has it.
  explicit OnlyRun(const std::filesystem::path& folder);

 private:
  files::FileLock lock_;
};

}  // namespace intformer::fpga
