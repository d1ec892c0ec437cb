#include "tests/import/synthetic_ctranslate2.hpp"

#include <cmath>
#include <cstring>

#include "sw/model/random.hpp"

namespace intformer::test {

namespace {

template <typename Number>
std::string raw(Number value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

}  // namespace

std::string ctName(const std::string& name) {
  return raw(static_cast<uint16_t>(name.size() + 1)) + name + std::string(1, '\0');
}

std::string ctFloats(const std::vector<float>& values) {
  std::string bytes;
  for (const float value : values) bytes += raw(value);
  return bytes;
}

std::string ctBytes(const CtVariables& variables, const std::string& specification,
                    const std::vector<std::pair<std::string, std::string>>& aliases) {
  std::string bytes = raw(uint32_t{6}) + ctName(specification) + raw(uint32_t{3}) +
                      raw(static_cast<uint32_t>(variables.size()));
  for (const auto& [name, variable] : variables) {
    bytes += ctName(name) + raw(static_cast<uint8_t>(variable.shape.size()));
    for (const uint32_t extent : variable.shape) bytes += raw(extent);
    bytes += raw(variable.type) + raw(static_cast<uint32_t>(variable.bytes.size())) +
             variable.bytes;
  }
  bytes += raw(static_cast<uint32_t>(aliases.size()));
  for (const auto& [alias, name] : aliases) bytes += ctName(alias) + ctName(name);
  return bytes;
}

CtVariables syntheticSpeech(uint64_t seed) {
  constexpr uint32_t kBands = 4, kWidth = 16, kFfn = 24, kPositions = 6;
  model::Random random(seed);
  CtVariables variables;
  const auto add = [&](const std::string& name, const std::vector<uint32_t>& shape,
                       double deviation, double mean = 0) {
    uint32_t count = 1;
    for (const uint32_t extent : shape) count *= extent;
    std::vector<float> values(count);
    for (float& value : values) value = static_cast<float>(mean + deviation * random.normal());
    variables[name] = {shape, 0, ctFloats(values)};
  };
  const auto linear = [&](const std::string& name, uint32_t depth, uint32_t cols) {
    add(name + "/weight", {cols, depth}, 1 / std::sqrt(depth));
    add(name + "/bias", {cols}, 0.1);
  };
  const auto norm = [&](const std::string& name) {
    add(name + "/gamma", {kWidth}, 0.2, 1);
    add(name + "/beta", {kWidth}, 0.2);
  };
  add("encoder/conv1/weight", {kWidth, kBands, 3}, 0.3);
  add("encoder/conv1/bias", {kWidth}, 0.1);
  add("encoder/conv2/weight", {kWidth, kWidth, 3}, 0.15);
  add("encoder/conv2/bias", {kWidth}, 0.1);
  add("encoder/position_encodings/encodings", {kPositions, kWidth}, 0.5);
  for (const std::string layer : {"encoder/layer_0/", "encoder/layer_1/"}) {
    norm(layer + "self_attention/layer_norm");
    linear(layer + "self_attention/linear_0", kWidth, 3 * kWidth);
    linear(layer + "self_attention/linear_1", kWidth, kWidth);
    norm(layer + "ffn/layer_norm");
    linear(layer + "ffn/linear_0", kWidth, kFfn);
    linear(layer + "ffn/linear_1", kFfn, kWidth);
  }
  norm("encoder/layer_norm");
  variables["encoder/num_heads"] = {{}, 2, raw(int16_t{2})};
  add("decoder/embeddings/weight", {3, kWidth}, 1);
  return variables;
}

}  // namespace intformer::test
