#include "tb/build_folder.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace intformer::tb {
namespace {

namespace fs = std::filesystem;

/// Whether make takes a path of its rules and its folder: no spaces, quotes, `$`, `#`, `%` or `:`.
bool isPlain(const fs::path& path) {
  for (const char c : path.string())
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 &&
        std::string_view("/._-+,@").find(c) == std::string_view::npos)
      return false;
  return true;
}

/// An empty folder that is nobody else's.
fs::path temporaryFolder() {
  const fs::path parent = fs::temp_directory_path();
  std::string name = ((isPlain(parent) ? parent : fs::path("/tmp")) / "intformer-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr)
    throw std::runtime_error(fmt::format("{} cannot be made: {}", name, std::strerror(errno)));
  return name;
}

}  // namespace

BuildFolder::BuildFolder(const fs::path& place)
    : place_(place),
      beside_(fs::absolute(place.parent_path()) /
              fmt::format(".{}.{}", place.filename().string(), getpid())),
      work_(&beside_) {
  fs::remove_all(beside_.path());
  if (!isPlain(beside_.path())) work_ = &apart_.emplace(temporaryFolder());
  fs::create_directories(path());
}

void BuildFolder::keep() {
  if (apart_) fs::copy(path(), beside_.path(), fs::copy_options::recursive);
  const files::Uninterrupted whole;
  fs::remove_all(place_);
  fs::rename(beside_.path(), place_);
  beside_.release();
}

}  // namespace intformer::tb
