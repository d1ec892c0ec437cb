#include "sw/import/bert_model.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "sw/import/folder_keys.hpp"
#include "sw/import/joined.hpp"
#include "sw/import/json_file.hpp"
#include "sw/import/tensor_files.hpp"

namespace intformer {
namespace {

constexpr uint32_t kMaxWidth = 4096;  // LayerNorm's limit
constexpr uint32_t kMaxSize = 1 << 20;

/// Reads tensors by name and gathers all faults before it gives up.
class Reader {
 public:
  explicit Reader(const TensorFiles& file) : file_(file), prefix_(encoderPrefix(file)) {}

  std::vector<float> tensor(const std::string& name, const Shape& shape) {
    used_.insert(prefix_ + name);
    try {
      return file_.read(prefix_ + name, shape);
    } catch (const ImportError& error) {
      faults_ += (faults_.empty() ? "" : "\n") + std::string(error.what());
      return {};
    }
  }
  /// The oldest files say gamma and beta for weight and bias.
  FloatNorm norm(const std::string& name, uint32_t width) {
    const bool old = file_.contains(prefix_ + name + ".gamma");
    return {tensor(name + (old ? ".gamma" : ".weight"), {width}),
            tensor(name + (old ? ".beta" : ".bias"), {width})};
  }
  /// The file holds cols x depth; a linear operator here is depth x cols.
  FloatLinear linear(const std::string& name, uint32_t depth, uint32_t cols) {
    const std::vector<float> stored = tensor(name + ".weight", {cols, depth});
    FloatLinear result{depth, cols, std::vector<float>(stored.size()),
                       tensor(name + ".bias", {cols})};
    if (stored.empty()) return result;
    for (std::size_t c = 0; c < cols; ++c)
      for (std::size_t k = 0; k < depth; ++k) result.weights[k * cols + c] = stored[c * depth + k];
    return result;
  }
  [[nodiscard]] const std::string& prefix() const { return prefix_; }
  void finish() const {
    if (!faults_.empty()) throw ImportError(faults_);
  }
  /// Tensors that nothing asked for.
  [[nodiscard]] std::vector<std::string> ignored() const {
    std::vector<std::string> names;
    for (const std::string& name : file_.names())
      if (!used_.contains(name)) names.push_back(name);
    return names;
  }

 private:
  const TensorFiles& file_;
  std::string prefix_;  ///< models with a head name the encoder's tensors "bert.<name>"
  std::string faults_;
  std::set<std::string> used_;
};

FloatLayer readLayer(Reader& reader, const BertConfig& config, uint32_t index) {
  const std::string layer = fmt::format("encoder.layer.{}.", index);
  const uint32_t width = config.width;
  FloatLayer result;
  result.query = reader.linear(layer + "attention.self.query", width, width);
  result.key = reader.linear(layer + "attention.self.key", width, width);
  result.value = reader.linear(layer + "attention.self.value", width, width);
  result.attentionOutput = reader.linear(layer + "attention.output.dense", width, width);
  result.attentionNorm = reader.norm(layer + "attention.output.LayerNorm", width);
  result.ffnInput = reader.linear(layer + "intermediate.dense", width, config.ffn);
  result.ffnOutput = reader.linear(layer + "output.dense", config.ffn, width);
  result.outputNorm = reader.norm(layer + "output.LayerNorm", width);
  return result;
}

}  // namespace

BertConfig readBertConfig(const std::string& path, std::vector<std::string>* notes) {
  const nlohmann::json json = readJson(path);
  if (!json.is_object()) throw ImportError(path + ": is not a JSON object");
  std::vector<std::string> faults, unknown;
  const auto fault = [&](const std::string& text) {
    faults.push_back(fmt::format("{}: {}", path, text));
  };
  const auto size = [&](const char* key, uint32_t limit) -> uint32_t {
    if (!json.contains(key) || !json[key].is_number_unsigned() || json[key].get<uint64_t>() < 1 ||
        json[key].get<uint64_t>() > limit) {
      fault(fmt::format("{}: must be a count from 1 to {}, got {}", key, limit,
                        json.contains(key) ? json[key].dump() : "nothing"));
      return 1;
    }
    return json[key].get<uint32_t>();
  };
  BertConfig config;
  config.width = size("hidden_size", kMaxWidth);
  config.heads = size("num_attention_heads", kMaxWidth);
  const bool sized = faults.empty();
  config.ffn = size("intermediate_size", 65535);
  config.layers = size("num_hidden_layers", 1000);
  config.vocabulary = size("vocab_size", kMaxSize);
  config.maxPositions = size("max_position_embeddings", kMaxSize);
  config.segments = size("type_vocab_size", kMaxSize);
  if (sized && config.width % config.heads != 0)
    fault(fmt::format("num_attention_heads: must divide hidden_size {}, got {}", config.width,
                      config.heads));
  if (const nlohmann::json epsilon = json.value("layer_norm_eps", nlohmann::json());
      !epsilon.is_null()) {
    config.epsilon = epsilon.is_number() ? epsilon.get<double>() : 0;
    if (!(config.epsilon > 0 && config.epsilon < 1))
      fault("layer_norm_eps: must be a number between 0 and 1, got " + epsilon.dump());
  }
  checkKeys("config.json", json, path, faults, unknown);
  if (!faults.empty()) throw ImportError(joined(faults, "\n"));
  if (notes != nullptr) notes->insert(notes->end(), unknown.begin(), unknown.end());
  return config;
}

FloatBert readBert(const std::string& directory, std::vector<std::string>* ignored,
                   std::vector<std::string>* notes) {
  FloatBert model;
  std::vector<std::string> found;
  model.config = readBertConfig(directory + "/config.json", &found);
  const TensorFiles files(directory, found);
  Reader reader(files);
  if (const std::string& prefix = reader.prefix(); !prefix.empty() && prefix != "bert.")
    found.push_back(fmt::format("the encoder's tensors are those named {}...", prefix));
  const uint32_t width = model.config.width;
  model.wordEmbeddings =
      reader.tensor("embeddings.word_embeddings.weight", {model.config.vocabulary, width});
  model.positionEmbeddings =
      reader.tensor("embeddings.position_embeddings.weight", {model.config.maxPositions, width});
  model.segmentEmbeddings =
      reader.tensor("embeddings.token_type_embeddings.weight", {model.config.segments, width});
  model.embeddingNorm = reader.norm("embeddings.LayerNorm", width);
  for (uint32_t index = 0; index < model.config.layers; ++index)
    model.layers.push_back(readLayer(reader, model.config, index));
  reader.finish();
  if (notes != nullptr) notes->insert(notes->end(), found.begin(), found.end());
  if (ignored != nullptr) *ignored = reader.ignored();
  return model;
}

void keepLayers(FloatBert& model, uint32_t count) {
  model.layers.resize(count);
  model.config.layers = count;
}

}  // namespace intformer
