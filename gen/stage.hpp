#pragma once

#include <filesystem>
#include <string>

#include "sw/files/interrupt.hpp"

namespace intformer {

/// A folder in which files are written before they are renamed into place. It must lie on the same
/// file system; its name ends with the process's number.
class Stage {
 public:
  explicit Stage(const std::filesystem::path& name);
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  void add(const std::string& name, const std::string& text) const;
  void moveTo(const std::filesystem::path& folder, const std::string& name) const;
  /// Makes it the folder, and whether it is; not where another one has come there in the meantime.
  [[nodiscard]] bool become(const std::filesystem::path& folder) const;

  /// Removes what killed runs have left. The folder around `name` must be locked.
  static void removeOld(const std::filesystem::path& name);

 private:
  files::TemporaryPath aside_;
};

}  // namespace intformer
