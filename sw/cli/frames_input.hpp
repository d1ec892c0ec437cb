#pragma once

#include <string>
#include <vector>

#include "sw/signals/frames.hpp"

/// Pictures and sounds of commands, for models that read such.
namespace intformer::cli {

/// Some of them, and what each is called.
struct NamedFrames {
  std::vector<std::string> names;
  signals::Frames frames;
};

/// The folder's files with the kind's ending, by name. Throws std::runtime_error for a folder that has
/// none or is none, ImportError for a file that is refused.
NamedFrames readFolder(importer::InputKind kind, const floating::ModelShape& shape,
                       const std::string& folder);
/// `count` drawn ones, of the seed and the next ones.
NamedFrames drawMany(importer::InputKind kind, const floating::ModelShape& shape, uint64_t seed,
                     uint32_t count);

}  // namespace intformer::cli
