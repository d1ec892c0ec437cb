#include "sw/places/places.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace intformer::places {
namespace {

namespace fs = std::filesystem;

constexpr const char* kShare = "share/intformer";

/// The nearest folder above the executable that has share/intformer; empty when none has.
fs::path findBase() {
  std::error_code error;
  fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (; !folder.empty(); folder = folder.parent_path()) {
    if (fs::is_directory(folder / kShare, error)) return folder;
    if (folder == folder.root_path()) break;
  }
  return {};
}

const fs::path& base() {
  static const fs::path found = findBase();
  return found;
}

/// An environment variable; empty when it is not set.
std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

fs::path ownFile(const std::string& path) {
  if (base().empty())
    throw std::runtime_error(fmt::format(
        "{} is not to be found: no folder above the program has {}; install it whole, or run it "
        "from its build folder",
        path, kShare));
  return base() / kShare / path;
}

std::string hereOrOwn(const std::string& path) {
  std::error_code error;
  if (path.empty() || fs::path(path).is_absolute() || fs::exists(path, error) || base().empty())
    return path;
  const fs::path own = base() / kShare / path;
  return fs::exists(own, error) ? own.string() : path;
}

std::string whyNotWritable(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return error.message();
  // By doing it: permissions alone do not tell, least of all root.
  std::string probe = (folder / ".intformer-XXXXXX").string();
  const int file = mkstemp(probe.data());
  if (file < 0) return std::strerror(errno);
  close(file);
  unlink(probe.c_str());
  return {};
}

std::vector<fs::path> cacheFolders(const std::string& kind) {
  if (const std::string named = variable("INTFORMER_CACHE"); !named.empty())
    return {fs::absolute(named) / kind};
  std::vector<fs::path> folders;
  std::error_code error;
  if (!base().empty() && fs::exists(base() / "CMakeCache.txt", error))
    folders.push_back(base() / kind);
  // The XDG base directory specification: a relative XDG_CACHE_HOME is to be ignored.
  if (const fs::path cache = variable("XDG_CACHE_HOME"); cache.is_absolute())
    folders.push_back(cache / "intformer" / kind);
  else if (const fs::path home = variable("HOME"); home.is_absolute())
    folders.push_back(home / ".cache/intformer" / kind);
  return folders;
}

fs::path writableCache(const std::string& kind) {
  std::string tried;
  for (const fs::path& folder : cacheFolders(kind)) {
    std::error_code error;
    const bool there = fs::exists(folder, error);
    const std::string reason = whyNotWritable(folder);
    // Who may write into a cache may write into its folders: several users can share one.
    if (reason.empty() && !there)
      fs::permissions(folder, fs::status(folder.parent_path(), error).permissions(), error);
    if (reason.empty()) return folder;
    tried += fmt::format("  {}: {}\n", folder.string(), reason);
  }
  if (tried.empty()) tried = "  neither HOME nor XDG_CACHE_HOME is set\n";
  throw std::runtime_error(fmt::format(
      "no folder to keep {} in:\n{}INTFORMER_CACHE names another: INTFORMER_CACHE=/tmp/cache "
      "intformer ...",
      kind, tried));
}

}  // namespace intformer::places
