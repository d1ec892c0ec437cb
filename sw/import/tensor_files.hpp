#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "sw/import/safetensors.hpp"

namespace intformer::importer {

/// The tensors of a model's folder: of model.safetensors, or of the files that
/// model.safetensors.index.json names. Their data stay in the files until they are read.
class TensorFiles {
 public:
  /// Throws ImportError for a folder without one of these or with one that is refused, for an index
  /// that contradicts its files; `notes` receives keys of the index that are not known.
  TensorFiles(const std::filesystem::path& folder, std::vector<std::string>& notes);

  /// model.safetensors, or the index: for messages.
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] bool contains(const std::string& name) const { return owner_.contains(name); }
  /// As Safetensors::read and fault, of the file that has the tensor.
  [[nodiscard]] std::vector<float> read(const std::string& name, const Shape& shape) const;
  [[nodiscard]] std::string fault(const std::string& name, const Shape& shape) const;

 private:
  void add(const std::filesystem::path& path);
  void readIndex(const std::filesystem::path& path, std::vector<std::string>& notes);
  [[nodiscard]] const Safetensors& fileOf(const std::string& name) const;

  std::string path_;
  std::vector<Safetensors> files_;
  std::map<std::string, std::size_t> owner_;  // tensor to its place in files_
  std::vector<std::string> names_;            // in order
};

/// What stands before the names of an encoder's tensors: "", "bert.", or whatever stands before the
/// table of words. Throws ImportError where there is no such table or more than one.
std::string encoderPrefix(const TensorFiles& files);

}  // namespace intformer::importer
