#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace intformer::test {

/// A variable of a CTranslate2 model.
struct CtVariable {
  std::vector<uint32_t> shape;
  uint8_t type = 0;
  std::string bytes;
};
using CtVariables = std::map<std::string, CtVariable>;

/// u16 length with the zero, text, zero.
std::string ctName(const std::string& name);
std::string ctFloats(const std::vector<float>& values);
/// The whole file; `specification` and `aliases` as given.
std::string ctBytes(const CtVariables& variables, const std::string& specification = "WhisperSpec",
                    const std::vector<std::pair<std::string, std::string>>& aliases = {});

/// A random encoder of speech: 4 bands, width 16, 2 heads, ffn 24, 2 layers, 6 positions; and a variable
/// of a decoder.
CtVariables syntheticSpeech(uint64_t seed);

}  // namespace intformer::test
