#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "sw/files/interrupt.hpp"

namespace intformer::tb {

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
