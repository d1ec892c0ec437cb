#include "gen/output.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <stdexcept>

#include "gen/stage.hpp"
#include "sw/files/interrupt.hpp"
#include "sw/files/lock.hpp"
#include "sw/files/messages.hpp"

namespace intformer {
namespace {

namespace fs = std::filesystem;

constexpr const char* kManifestHeader =
    "# What intformer wrote here, and replaces when it runs again.";

using Names = std::set<std::string>;

std::optional<std::string> readFile(const fs::path& path) {
  if (!fs::is_regular_file(path)) return std::nullopt;
  std::ifstream in(path, std::ios::binary);
  return std::string{std::istreambuf_iterator<char>(in), {}};
}

/// A name that leads out of the folder is not one of ours, whoever wrote it there.
bool staysInside(const fs::path& name) {
  return name.is_relative() && !name.empty() && *name.lexically_normal().begin() != "..";
}

bool isManifest(const fs::path& path) {
  const auto text = readFile(path);
  return text && text->starts_with(std::string(kManifestHeader) + '\n');
}

Names readManifest(const fs::path& path) {
  Names names;
  if (!isManifest(path)) return names;
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line))
    if (staysInside(line)) names.insert(line);
  return names;
}

std::string manifestText(const Names& names) {
  std::string text = std::string(kManifestHeader) + '\n';
  for (const auto& name : names) text += name + '\n';
  return text;
}

void removeStale(const fs::path& folder, const std::string& name) {
  fs::remove(folder / name);
  std::error_code notEmpty;
  const fs::path parent = (folder / name).parent_path();
  if (parent != folder) fs::remove(parent, notEmpty);
}

/// Whether a file of ours, or a link to one, is there: what can be replaced or removed.
bool isFile(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(path, error);
  return fs::is_regular_file(status) || fs::is_symlink(status);
}

bool isThere(const fs::path& path) {
  std::error_code error;
  return fs::exists(fs::symlink_status(path, error));
}

/// Why a file cannot be renamed into `parent`, a folder below `folder`, though it may be made.
std::string whyNoRename(const fs::path& folder, const fs::path& parent) {
  struct stat above {};
  struct stat below {};
  if (::eaccess(parent.c_str(), W_OK | X_OK) != 0)
    return fmt::format("{}: cannot be written: {}", parent.string(), std::strerror(errno));
  if (::stat(folder.c_str(), &above) == 0 && ::stat(parent.c_str(), &below) == 0 &&
      above.st_dev != below.st_dev)
    return fmt::format("{}: lies on another file system than {}, where no file can be exchanged at "
                       "once; choose another folder", parent.string(), folder.string());
  return {};
}

/// What would stop a design halfway: asked of every name before the first file moves.
std::string whyNot(const fs::path& folder, const std::string& name, bool ours) {
  fs::path parent = folder;
  for (const fs::path& room : fs::path(name).parent_path()) {
    parent /= room;
    if (!isThere(parent)) break;
    if (!fs::is_directory(parent))
      return fmt::format("{} is in the way: a folder of the design goes there; move it away or "
                         "choose another folder", parent.string());
    if (std::string reason = whyNoRename(folder, parent); !reason.empty()) return reason;
  }
  const fs::path file = folder / name;
  if (!isThere(file) || (ours && isFile(file))) return {};
  if (!ours)
    return fmt::format("{} is in the way: intformer did not write it; choose another folder",
                       file.string());
  return fmt::format("{} is in the way: a file of the design goes there; move it away or choose "
                     "another folder", file.string());
}

/// Makes a folder that is there, and locked, hold a design.
WriteResult exchange(const fs::path& folder, const fs::path& stageName, const std::string& manifest,
                     std::span<const EmittedFile> files) {
  Names before = readManifest(folder / manifest);
  Names now;
  for (const auto& file : files) now.insert(file.path);
  // What has become something else since then is no longer ours, unless the design needs its place.
  std::erase_if(before, [&](const std::string& name) {
    return !now.contains(name) && !isFile(folder / name);
  });
  Names both = before;
  both.insert(now.begin(), now.end());

  WriteResult result;
  result.error = whyNot(folder, manifest, isManifest(folder / manifest));
  for (const auto& name : both)
    if (result.error.empty()) result.error = whyNot(folder, name, before.contains(name));
  if (!result.error.empty()) return result;

  const Stage stage(stageName);
  Names changed;
  for (const auto& file : files) {
    if (readFile(folder / file.path) == file.text) continue;
    stage.add(file.path, file.text);
    changed.insert(file.path);
  }
  result.written = changed.size();
  result.unchanged = now.size() - changed.size();

  // While files move, the manifest names both generations: a run after an interrupted one knows
  // every file as its own.
  // An interrupt waits until all have.
  const files::Uninterrupted whole;
  const auto record = [&](const Names& names) {
    stage.add(manifest, manifestText(names));
    stage.moveTo(folder, manifest);
  };
  if (both != before) record(both);
  for (const auto& name : changed) stage.moveTo(folder, name);
  for (const auto& name : before)
    if (!now.contains(name)) {
      removeStale(folder, name);
      ++result.removed;
    }
  if (now != both) record(now);
  return result;
}

/// Whether it became one; not where somebody else made it first.
bool becameNew(const fs::path& folder, const fs::path& stageName, const std::string& manifest,
               std::span<const EmittedFile> files) {
  const Stage stage(stageName);
  Names names;
  for (const auto& file : files) {
    stage.add(file.path, file.text);
    names.insert(file.path);
  }
  stage.add(manifest, manifestText(names));
  return stage.become(folder);
}

WriteResult write(const fs::path& folder, const std::string& device,
                  std::span<const EmittedFile> files) {
  const std::string manifest = device + "_manifest.txt";
  if (!isThere(folder) &&
      becameNew(folder, fmt::format("{}.{}-new", folder.string(), device), manifest, files))
    return {.written = files.size()};
  if (!fs::is_directory(folder))
    return {.error = fmt::format("{}: is a file; a folder is asked for", folder.string())};
  // Whoever comes second waits. Where the file system locks no folder, the names of their stages keep
  // two apart.
  const files::FileLock lock(folder);
  const fs::path stageName = folder / fmt::format(".{}-new", device);
  if (lock.error() == 0) Stage::removeOld(stageName);
  return exchange(folder, stageName, manifest, files);
}

}  // namespace

WriteResult writeDesign(const fs::path& folder, const std::string& device,
                        std::span<const EmittedFile> files) {
  try {
    const fs::path target = fs::absolute(folder).lexically_normal();
    return write(target.has_filename() ? target : target.parent_path(), device, files);
  } catch (const std::runtime_error& error) {  // of the file system, or of writeAtomically
    return {.error = files::messageOf(error)};
  }
}

}  // namespace intformer
