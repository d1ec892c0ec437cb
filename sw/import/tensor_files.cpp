#include "sw/import/tensor_files.hpp"

#include <fmt/format.h>

#include <set>

#include "sw/import/folder_keys.hpp"
#include "sw/import/json_file.hpp"

namespace intformer::importer {

using files::ImportError;

namespace {

namespace fs = std::filesystem;

constexpr const char* kSingle = "model.safetensors";
constexpr const char* kIndex = "model.safetensors.index.json";
constexpr std::string_view kWords = "embeddings.word_embeddings.weight";

/// Weights in other formats, of which something can be said.
std::string otherWeights(const fs::path& folder) {
  for (const char* name : {"pytorch_model.bin", "pytorch_model.bin.index.json", "tf_model.h5",
                           "flax_model.msgpack", "model.ckpt.index"})
    if (fs::exists(folder / name))
      return fmt::format(
          "{}: holds the weights in another format than {}; convert them with transformers: "
          "BertModel.from_pretrained(FOLDER).save_pretrained(FOLDER)",
          (folder / name).string(), kSingle);
  return fmt::format("{}: cannot be opened, and there is no {}", (folder / kSingle).string(),
                     kIndex);
}

}  // namespace

TensorFiles::TensorFiles(const fs::path& folder, std::vector<std::string>& notes)
    : path_((folder / kSingle).string()) {
  if (fs::exists(folder / "adapter_config.json"))
    throw ImportError(
        fmt::format("{}: an adapter (PEFT) changes the weights; merge it into them "
                    "first, with merge_and_unload()",
                    (folder / "adapter_config.json").string()));
  if (fs::exists(folder / kSingle))
    add(folder / kSingle);
  else if (fs::exists(folder / kIndex))
    readIndex(folder / kIndex, notes);
  else
    throw ImportError(otherWeights(folder));
  for (const auto& [name, file] : owner_) names_.push_back(name);
}

void TensorFiles::add(const fs::path& path) {
  files_.emplace_back(path.string());
  for (const auto& [name, entry] : files_.back().entries())
    if (!owner_.emplace(name, files_.size() - 1).second)
      throw ImportError(fmt::format("{}: tensor {} is also in {}", path.string(), name,
                                    files_[owner_.at(name)].path()));
}

void TensorFiles::readIndex(const fs::path& path, std::vector<std::string>& notes) {
  path_ = path.string();
  const JsonFile index(path);
  requireKeys(kIndex, index.object(), path_, notes);
  const nlohmann::json map = index.at("weight_map");
  if (!map.is_object() || map.empty()) index.refuse("weight_map", "must name a file per tensor");
  std::set<std::string> files;
  for (const auto& [name, file] : map.items()) {
    const auto text = file.is_string() ? file.get<std::string>() : std::string();
    if (text.empty() || fs::path(text).filename() != text)
      index.refuse("weight_map",
                   fmt::format("{}: must be a file's name, got {}", name, file.dump()));
    files.insert(text);
  }
  for (const std::string& file : files) add(path.parent_path() / file);
  for (const auto& [name, file] : map.items())
    if (!owner_.contains(name) ||
        fs::path(fileOf(name).path()).filename() != file.get<std::string>())
      index.refuse("weight_map", fmt::format("tensor {} is not in {}", name, file.dump()));
  for (const auto& [name, file] : owner_)
    if (!map.contains(name))
      index.refuse("weight_map", fmt::format("lacks tensor {} of {}", name, files_[file].path()));
}

const Safetensors& TensorFiles::fileOf(const std::string& name) const {
  return files_[owner_.at(name)];
}

std::vector<float> TensorFiles::read(const std::string& name, const Shape& shape) const {
  if (!contains(name)) throw ImportError(fault(name, shape));
  return fileOf(name).read(name, shape);
}

std::string TensorFiles::fault(const std::string& name, const Shape& shape) const {
  if (!contains(name))
    return fmt::format("{}: tensor {} is missing, expected shape {}", path_, name,
                       shapeText(shape));
  return fileOf(name).fault(name, shape);
}

std::string encoderPrefix(const TensorFiles& files) {
  std::vector<std::string> found;
  for (const std::string& name : files.names()) {
    if (!name.ends_with(kWords)) continue;
    const std::string prefix = name.substr(0, name.size() - kWords.size());
    if (prefix.empty() || prefix.ends_with('.')) found.push_back(prefix);
  }
  if (found.size() == 1) return found[0];
  if (!found.empty())
    throw ImportError(
        fmt::format("{}: holds several encoders, {}{} and {}{}; save the one that is "
                    "meant alone",
                    files.path(), found[0], kWords, found[1], kWords));
  constexpr std::size_t kMost = 3;
  std::string some;
  for (std::size_t i = 0; i < std::min(kMost, files.names().size()); ++i)
    some += (some.empty() ? "" : ", ") + files.names()[i];
  throw ImportError(
      fmt::format("{}: holds no tensor {}, with or without a prefix, so no BERT "
                  "encoder; it holds {} tensors: {}{}",
                  files.path(), kWords, files.names().size(), some,
                  files.names().size() > kMost ? ", ..." : ""));
}

}  // namespace intformer::importer
