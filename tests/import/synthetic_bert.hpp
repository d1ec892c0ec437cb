#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace intformer::test {

/// A folder of its own that disappears with the test.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] std::string path(const std::string& file = "") const {
    return file.empty() ? path_.string() : (path_ / file).string();
  }

 private:
  std::filesystem::path path_;
};

struct SyntheticTensor {
  std::vector<uint64_t> shape;
  std::vector<float> values;
};
using SyntheticTensors = std::map<std::string, SyntheticTensor>;

/// A random BERT: width 32, 4 heads, ffn 64, 2 layers, 40 pieces; some channels much larger.
SyntheticTensors syntheticBert(uint64_t seed);

void writeFile(const std::string& path, const std::string& text);
/// Safetensors bytes: header length, header, data.
std::string safetensorsBytes(const std::string& header, const std::string& data);
std::string safetensorsBytes(const SyntheticTensors& tensors);
/// config.json, vocab.txt and model.safetensors.
void writeBert(const TemporaryFolder& folder, const SyntheticTensors& tensors);

}  // namespace intformer::test
