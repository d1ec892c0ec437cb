#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/temporary_folder.hpp"

namespace intformer::test {

struct SyntheticTensor {
  std::vector<uint64_t> shape;
  std::vector<float> values;
};
using SyntheticTensors = std::map<std::string, SyntheticTensor>;

/// A random BERT: width 32, 4 heads, ffn 64, 2 layers, 40 pieces; some channels much larger.
SyntheticTensors syntheticBert(uint64_t seed);

/// Safetensors bytes: header length, header, data.
std::string safetensorsBytes(const std::string& header, const std::string& data);
std::string safetensorsBytes(const SyntheticTensors& tensors);
/// config.json, vocab.txt and model.safetensors.
void writeBert(const TemporaryFolder& folder, const SyntheticTensors& tensors);

}  // namespace intformer::test
