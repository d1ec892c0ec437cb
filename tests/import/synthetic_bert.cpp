#include "tests/import/synthetic_bert.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "sw/model/random.hpp"

namespace intformer::test {
namespace {

constexpr uint64_t kWidth = 32, kHeads = 4, kFfn = 64, kLayers = 2, kPositions = 64;

const std::vector<std::string> kPieces = {
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "a",   "of",  "to",   "and",  "in",
    "river", "bridge", "letter", "was", "is",  "##s", "##ed", "##ing", "##er", "small",
    "word",  "token",  ",",   ".",   "?",   "!",   "'",   "\"",   "un",   "##known",
    "play",  "##play", "x",   "y",   "z",   "0",   "1",   "2",    "3",    "##3"};

}  // namespace

SyntheticTensors syntheticBert(uint64_t seed) {
  model::Random random(seed);
  SyntheticTensors tensors;
  const auto draw = [&](const std::string& name, std::vector<uint64_t> shape, double mean,
                        double deviation) {
    uint64_t count = 1;
    for (const uint64_t extent : shape) count *= extent;
    SyntheticTensor& tensor = tensors[name] = {std::move(shape), {}};
    for (uint64_t i = 0; i < count; ++i)
      tensor.values.push_back(static_cast<float>(mean + deviation * random.normal()));
  };
  const auto norm = [&](const std::string& name) {
    draw(name + ".weight", {kWidth}, 1, 0.1);
    draw(name + ".bias", {kWidth}, 0, 0.1);
    tensors[name + ".weight"].values[5] = 6;  // an outlier channel, as trained models have
  };
  const auto linear = [&](const std::string& name, uint64_t depth, uint64_t cols) {
    draw(name + ".weight", {cols, depth}, 0, 0.8 / std::sqrt(static_cast<double>(depth)));
    draw(name + ".bias", {cols}, 0, 0.1);
  };
  draw("embeddings.word_embeddings.weight", {kPieces.size(), kWidth}, 0, 1);
  draw("embeddings.position_embeddings.weight", {kPositions, kWidth}, 0, 0.3);
  draw("embeddings.token_type_embeddings.weight", {2, kWidth}, 0, 0.1);
  norm("embeddings.LayerNorm");
  for (uint64_t layer = 0; layer < kLayers; ++layer) {
    const std::string name = "encoder.layer." + std::to_string(layer) + ".";
    for (const char* part : {"query", "key", "value"})
      linear(name + "attention.self." + part, kWidth, kWidth);
    linear(name + "attention.output.dense", kWidth, kWidth);
    norm(name + "attention.output.LayerNorm");
    linear(name + "intermediate.dense", kWidth, kFfn);
    linear(name + "output.dense", kFfn, kWidth);
    norm(name + "output.LayerNorm");
  }
  return tensors;
}

std::string safetensorsBytes(const std::string& header, const std::string& data) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(header.size() >> (8 * i));
  return bytes + header + data;
}

std::string safetensorsBytes(const SyntheticTensors& tensors) {
  nlohmann::json header = {{"__metadata__", {{"format", "pt"}}}};
  std::string data;
  for (const auto& [name, tensor] : tensors) {
    const std::size_t begin = data.size();
    data.append(reinterpret_cast<const char*>(tensor.values.data()),
                tensor.values.size() * sizeof(float));
    header[name] = {{"dtype", "F32"}, {"shape", tensor.shape},
                    {"data_offsets", {begin, data.size()}}};
  }
  return safetensorsBytes(header.dump(), data);
}

void writeBert(const TemporaryFolder& folder, const SyntheticTensors& tensors) {
  std::string vocabulary;
  for (const std::string& piece : kPieces) vocabulary += piece + "\n";
  writeFile(folder.path("vocab.txt"), vocabulary);
  writeFile(folder.path("config.json"),
            nlohmann::json{{"hidden_size", kWidth},
                           {"num_attention_heads", kHeads},
                           {"intermediate_size", kFfn},
                           {"num_hidden_layers", kLayers},
                           {"vocab_size", kPieces.size()},
                           {"max_position_embeddings", kPositions},
                           {"type_vocab_size", 2},
                           {"layer_norm_eps", 1e-12},
                           {"hidden_act", "gelu"}}
                .dump());
  writeFile(folder.path("model.safetensors"), safetensorsBytes(tensors));
}

}  // namespace intformer::test
