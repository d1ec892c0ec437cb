#pragma once

#include <string>
#include <vector>

#include "sw/itf/container.hpp"
#include "sw/itf/model_file.hpp"

namespace intformer::test {

/// The synthetic BERT of tests/import as a trained model; with its integers.
itf::ModelFile sample();
itf::ModelFile quantizedSample();

/// The sections of a model file, to be changed and written again with checksums that fit.
struct Sections {
  std::vector<std::string> names;
  std::vector<std::vector<uint8_t>> bytes;

  explicit Sections(const std::string& path);
  std::vector<uint8_t>& operator[](const std::string& name);
  /// Throws std::runtime_error where `from` is not there.
  void replace(const std::string& name, const std::string& from, const std::string& to);
  void write(const std::string& path, const std::string& without = "") const;
};

}  // namespace intformer::test
