#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "gen/emit/emit.hpp"

namespace intformer {

/// What writing a design into a folder did, or why it did nothing.
struct WriteResult {
  std::string error{};  ///< empty: the folder holds the design
  std::size_t written = 0;
  std::size_t unchanged = 0;  ///< already had these bytes; their times are kept
  std::size_t removed = 0;    ///< of an older generation
};

/// Makes `folder` hold these files of a device and their names in `<device>_manifest.txt`: files
/// that an earlier run wrote for this device and this design lacks are removed. A file that no such
/// run wrote, of another device or of anybody, is never touched; one that is in the way stops
/// everything before the first change, as does a folder where a file goes, or one that cannot be
/// written. Everything is written aside first and renamed into place, so that a full disk changes
/// nothing and every file appears whole; a new folder appears all at once. Of two runs at the same
/// time one waits for the other.
WriteResult writeDesign(const std::filesystem::path& folder, const std::string& device,
                        std::span<const EmittedFile> files);

}  // namespace intformer
