#include "gen/output.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <optional>
#include <set>

namespace intformer {
namespace {

namespace fs = std::filesystem;

constexpr const char* kManifest = "manifest.txt";
constexpr const char* kManifestHeader = "# Files of this folder that intformer wrote and may replace.";

std::optional<std::string> readFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string{std::istreambuf_iterator<char>(in), {}};
}

std::set<std::string> readManifest(const fs::path& folder) {
  std::set<std::string> names;
  std::ifstream in(folder / kManifest);
  std::string line;
  if (!std::getline(in, line) || line != kManifestHeader) return names;
  while (std::getline(in, line)) names.insert(line);
  return names;
}

std::string manifestText(const std::set<std::string>& names) {
  std::string text = std::string(kManifestHeader) + '\n';
  for (const auto& name : names) text += name + '\n';
  return text;
}

void writeFile(const fs::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (!out) throw fs::filesystem_error("cannot write", path, std::make_error_code(std::errc::io_error));
}

void replaceFile(const fs::path& path, const std::string& text) {
  const fs::path fresh = path.string() + ".new";
  writeFile(fresh, text);
  fs::rename(fresh, path);
}

}  // namespace

WriteResult writeDesign(const fs::path& folder, std::span<const EmittedFile> files) try {
  WriteResult result;
  std::set<std::string> names;
  for (const auto& file : files) names.insert(file.path);

  const std::set<std::string> before = readManifest(folder);
  for (const auto& name : names)
    if (!before.contains(name) && fs::exists(folder / name)) {
      result.error = fmt::format("{} exists and was not written by intformer; choose another folder",
                                 (folder / name).string());
      return result;
    }

  // Until the last file is in place the manifest names both generations, so that a run after an
  // interrupted one knows all files as its own.
  std::set<std::string> both = before;
  both.insert(names.begin(), names.end());
  fs::create_directories(folder);
  if (both != before) replaceFile(folder / kManifest, manifestText(both));
  for (const auto& file : files) {
    const fs::path path = folder / file.path;
    if (readFile(path) == file.text) {
      ++result.unchanged;
      continue;
    }
    fs::create_directories(path.parent_path());
    replaceFile(path, file.text);
    ++result.written;
  }
  for (const auto& name : before)
    if (!names.contains(name)) result.removed += fs::remove(folder / name) ? 1 : 0;
  if (both != names) replaceFile(folder / kManifest, manifestText(names));
  return result;
} catch (const fs::filesystem_error& error) {
  return {error.what()};
}

}  // namespace intformer
