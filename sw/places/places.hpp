#pragma once

#include <filesystem>
#include <string>
#include <vector>

/// Where the program finds what came with it, and keeps what it has made. Nothing is compiled in:
/// a checkout can be moved, and the installed program lies under any prefix.
namespace intformer::places {

/// A file or folder that came with the program, by its path in the project: "configs/base16.toml".
/// It lies in `share/intformer` of the nearest folder above the running executable that has one: the
/// prefix of an installation, or the build folder, where that is a link to the checkout.
/// Throws std::runtime_error where no such folder is.
std::filesystem::path ownFile(const std::string& path);

/// `path` when it is there; else, when it is relative and came with the program, that one. So
/// "configs/base16.toml" is a config in any folder.
std::string hereOrOwn(const std::string& path);

/// Why nothing can be written into a folder, which is made when it is missing; empty when it can.
std::string whyNotWritable(const std::filesystem::path& folder);

/// Folders named `kind` in which things are kept that can be made again: the first that can be
/// written takes new ones, and what any of them holds is used. INTFORMER_CACHE alone when it is set;
/// else the build folder that the program runs from, then XDG_CACHE_HOME/intformer or
/// HOME/.cache/intformer. Empty when the environment names none.
std::vector<std::filesystem::path> cacheFolders(const std::string& kind);

/// The one of cacheFolders() to write into; made when it is missing. Throws std::runtime_error with
/// the reason for each of them and what to do.
std::filesystem::path writableCache(const std::string& kind);

}  // namespace intformer::places
