#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "gen/emit/emit.hpp"

namespace intformer {

/// What writing a design into a folder did, or why it did nothing.
struct WriteResult {
  std::string error;  ///< empty: the folder holds the design
  std::size_t written = 0;
  std::size_t unchanged = 0;  ///< already had these bytes; their times are kept
  std::size_t removed = 0;    ///< of an older generation
};

/// Writes the files under `folder`, with a manifest of their names. Files that the manifest of an
/// earlier run names and this design lacks are removed; a file that no run of ours wrote is never
/// touched: if it is in the way, nothing is written. Every file appears whole or not at all.
WriteResult writeDesign(const std::filesystem::path& folder, std::span<const EmittedFile> files);

}  // namespace intformer
