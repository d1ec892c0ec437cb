#include "gen/output.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <stdexcept>

#include "sw/files/files.hpp"
#include "sw/files/interrupt.hpp"
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

Names readManifest(const fs::path& path) {
  Names names;
  std::ifstream in(path);
  std::string line;
  if (!std::getline(in, line) || line != kManifestHeader) return names;
  while (std::getline(in, line))
    if (staysInside(line)) names.insert(line);
  return names;
}

std::string manifestText(const Names& names) {
  std::string text = std::string(kManifestHeader) + '\n';
  for (const auto& name : names) text += name + '\n';
  return text;
}

/// Where files are written before they are renamed into place: inside the folder, or beside one
/// that does not exist yet, so on its file system in any case.
class Stage {
 public:
  Stage(const fs::path& folder, const std::string& device)
      : aside_(fs::exists(folder) ? folder / ("." + device + "-new")
                                  : fs::path(folder.string() + "." + device + "-new")) {
    fs::remove_all(aside_.path());
    fs::create_directories(aside_.path());
  }
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  void add(const std::string& name, const std::string& text) const {
    files::writeAtomically(aside_.path() / name, text);
  }
  void moveTo(const fs::path& folder, const std::string& name) const {
    fs::create_directories((folder / name).parent_path());
    fs::rename(aside_.path() / name, folder / name);
  }
  void become(const fs::path& folder) const { fs::rename(aside_.path(), folder); }

 private:
  files::TemporaryPath aside_;
};

void removeStale(const fs::path& folder, const std::string& name) {
  fs::remove(folder / name);
  std::error_code notEmpty;
  const fs::path parent = (folder / name).parent_path();
  if (parent != folder) fs::remove(parent, notEmpty);
}

WriteResult write(const fs::path& folder, const std::string& device,
                  std::span<const EmittedFile> files) {
  if (fs::exists(folder) && !fs::is_directory(folder))
    return {.error = fmt::format("{}: is a file; a folder is asked for", folder.string())};
  const std::string manifest = device + "_manifest.txt";
  const Names before = readManifest(folder / manifest);
  Names now;
  for (const auto& file : files) now.insert(file.path);
  Names both = before;
  both.insert(now.begin(), now.end());

  WriteResult result;
  for (const auto& name : now)
    if (!before.contains(name) && fs::exists(folder / name)) {
      result.error =
          fmt::format("{} is in the way: intformer did not write it; choose another folder",
                      (folder / name).string());
      return result;
    }

  const Stage stage(folder, device);
  Names changed;
  for (const auto& file : files) {
    if (readFile(folder / file.path) == file.text) continue;
    stage.add(file.path, file.text);
    changed.insert(file.path);
  }
  result.written = changed.size();
  result.unchanged = now.size() - changed.size();
  if (!fs::exists(folder)) {
    stage.add(manifest, manifestText(now));
    stage.become(folder);
    return result;
  }

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
