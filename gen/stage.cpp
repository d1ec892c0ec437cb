#include "gen/stage.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <vector>

#include "sw/files/files.hpp"

namespace intformer {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path) {
  throw fs::filesystem_error("", path, std::error_code(errno, std::generic_category()));
}

}  // namespace

Stage::Stage(const fs::path& name) : aside_(fmt::format("{}.{}", name.string(), ::getpid())) {
  fs::remove_all(aside_.path());
  fs::create_directories(aside_.path());
}

void Stage::add(const std::string& name, const std::string& text) const {
  files::writeAtomically(aside_.path() / name, text);
}

void Stage::moveTo(const fs::path& folder, const std::string& name) const {
  fs::create_directories((folder / name).parent_path());
  fs::rename(aside_.path() / name, folder / name);
}

bool Stage::become(const fs::path& folder) const {
  const char* const from = aside_.path().c_str();
  if (::renameat2(AT_FDCWD, from, AT_FDCWD, folder.c_str(), RENAME_NOREPLACE) == 0) return true;
  // A file system that cannot promise it replaces nothing but an empty folder.
  if (errno == EINVAL && ::rename(from, folder.c_str()) == 0) return true;
  if (errno == EEXIST || errno == ENOTEMPTY) return false;
  fail(folder);
}

void Stage::removeOld(const fs::path& name) {
  const std::string begin = name.filename().string();
  std::vector<fs::path> old;
  for (const auto& entry : fs::directory_iterator(name.parent_path()))
    if (const std::string found = entry.path().filename().string();
        found == begin || found.starts_with(begin + '.'))
      old.push_back(entry.path());
  for (const fs::path& path : old) fs::remove_all(path);
}

}  // namespace intformer
