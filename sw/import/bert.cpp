#include "sw/import/bert.hpp"

#include <fmt/format.h>

#include <array>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <utility>

#include "sw/float/float_builder.hpp"
#include "sw/float/parameters.hpp"
#include "sw/import/folder_keys.hpp"
#include "sw/import/joined.hpp"
#include "sw/import/json_file.hpp"
#include "sw/import/tensor_files.hpp"

namespace intformer::importer::bert {

using files::ImportError;
using floating::FloatModel;
using floating::ModelShape;

namespace {

constexpr uint32_t kMaxWidth = 4096;  // LayerNorm's limit
constexpr uint32_t kMaxSize = 1 << 20;

/// What files call the parameters of a layer, and of the embedding.
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kNames = {
    {{"query", "attention.self.query"},
     {"key", "attention.self.key"},
     {"value", "attention.self.value"},
     {"attention", "attention.output.dense"},
     {"attention.norm", "attention.output.LayerNorm"},
     {"hidden", "intermediate.dense"},
     {"ffn", "output.dense"},
     {"norm", "output.LayerNorm"},
     {"embedding.words", "embeddings.word_embeddings.weight"},
     {"embedding.positions", "embeddings.position_embeddings.weight"},
     {"embedding.segments", "embeddings.token_type_embeddings.weight"},
     {"embedding.norm", "embeddings.LayerNorm"}}};

std::string fileName(std::string_view name) {
  for (const auto& [ours, theirs] : kNames)
    if (ours == name) return std::string(theirs);
  // "layer3.query": a part of a layer
  const std::size_t dot = name.find('.');
  return fmt::format("encoder.layer.{}.{}", name.substr(5, dot - 5),
                     fileName(name.substr(dot + 1)));
}

/// Reads parameters by name and gathers all faults before it gives up.
class Reader {
 public:
  explicit Reader(const TensorFiles& file) : file_(file), prefix_(encoderPrefix(file)) {}

  /// visitParameters()'s. Files hold the weights of linear operators transposed; the oldest say
  /// gamma and beta for weight and bias of norms.
  void operator()(const std::string& name, const floating::ParameterShape& shape,
                  std::vector<float>& values) {
    const std::size_t dot = name.rfind('.');
    const std::string_view part = std::string_view(name).substr(dot);
    const auto whole = [&] { return fileName(std::string_view(name).substr(0, dot)); };
    if (part == ".weights")
      values = transposed(read(whole() + ".weight", {shape[1], shape[0]}), shape[0]);
    else if (part == ".bias")
      values = read(whole() + ".bias", shape);
    else if (part == ".gamma" || part == ".beta")
      values = read(whole() + normPart(whole(), part), shape);
    else
      values = read(fileName(name), shape);
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
  std::vector<float> read(const std::string& name, const Shape& shape) {
    used_.insert(prefix_ + name);
    try {
      return file_.read(prefix_ + name, shape);
    } catch (const ImportError& error) {
      faults_ += (faults_.empty() ? "" : "\n") + std::string(error.what());
      return {};
    }
  }
  [[nodiscard]] std::string normPart(const std::string& norm, std::string_view part) const {
    if (file_.contains(prefix_ + norm + ".gamma")) return std::string(part);
    return part == ".gamma" ? ".weight" : ".bias";
  }
  static std::vector<float> transposed(const std::vector<float>& stored, std::size_t depth) {
    std::vector<float> result(stored.size());
    const std::size_t cols = stored.size() / depth;
    for (std::size_t c = 0; c < cols; ++c)
      for (std::size_t k = 0; k < depth; ++k) result[k * cols + c] = stored[c * depth + k];
    return result;
  }

  const TensorFiles& file_;
  std::string prefix_;  ///< models with a head name the encoder's tensors "bert.<name>"
  std::string faults_;
  std::set<std::string> used_;
};

TensorId addLayer(floating::FloatBuilder& builder, const ModelShape& shape, uint32_t index,
                  TensorId input) {
  const std::string layer = fmt::format("layer{}.", index);
  const std::string attention = layer + "attention.";
  const TensorId context =
      builder.addAttention(attention, layer, input, shape, floating::Reach{});
  const TensorId sum = builder.addLinear(attention + "residual", layer + "attention", context,
                                         shape.width, floating::FloatResidual{input});
  const TensorId middle =
      builder.addNorm(attention + "norm", attention + "norm", sum, shape.epsilon);
  const TensorId hidden = builder.addLinear(layer + "ffn.hidden", layer + "hidden", middle,
                                            shape.ffn, floating::FloatActivation{shape.activation});
  const TensorId result = builder.addLinear(layer + "ffn.residual", layer + "ffn", hidden,
                                            shape.width, floating::FloatResidual{middle});
  return builder.addNorm(layer + "output", layer + "norm", result, shape.epsilon);
}

}  // namespace

FloatModel build(const ModelShape& shape) {
  floating::FloatBuilder builder("bert");
  const TensorId sum = builder.addEmbedding("embedding.sum", "embedding", shape);
  TensorId states = builder.addNorm("embedding.output", "embedding.norm", sum, shape.epsilon);
  for (uint32_t index = 0; index < shape.layers; ++index) {
    states = addLayer(builder, shape, index, states);
    builder.endBlock(states);
  }
  return {kKind, shape, builder.take(states)};
}

ModelShape readShape(const std::string& path, std::vector<std::string>* notes) {
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
  ModelShape shape;
  shape.width = size("hidden_size", kMaxWidth);
  shape.heads = size("num_attention_heads", kMaxWidth);
  const bool sized = faults.empty();
  shape.ffn = size("intermediate_size", 65535);
  shape.layers = size("num_hidden_layers", 1000);
  shape.vocabulary = size("vocab_size", kMaxSize);
  shape.positions = size("max_position_embeddings", kMaxSize);
  shape.segments = size("type_vocab_size", kMaxSize);
  if (sized && shape.width % shape.heads != 0)
    fault(fmt::format("num_attention_heads: must divide hidden_size {}, got {}", shape.width,
                      shape.heads));
  if (const nlohmann::json epsilon = json.value("layer_norm_eps", nlohmann::json());
      !epsilon.is_null()) {
    shape.epsilon = epsilon.is_number() ? epsilon.get<double>() : 0;
    if (!(shape.epsilon > 0 && shape.epsilon < 1))
      fault("layer_norm_eps: must be a number between 0 and 1, got " + epsilon.dump());
  }
  checkKeys("config.json", json, path, faults, unknown);
  if (!faults.empty()) throw ImportError(joined(faults, "\n"));
  if (notes != nullptr) notes->insert(notes->end(), unknown.begin(), unknown.end());
  return shape;
}

FloatModel read(const std::string& directory, std::vector<std::string>* ignored,
                std::vector<std::string>* notes) {
  std::vector<std::string> found;
  FloatModel model = build(readShape(directory + "/config.json", &found));
  const TensorFiles files(directory, found);
  Reader reader(files);
  if (const std::string& prefix = reader.prefix(); !prefix.empty() && prefix != "bert.")
    found.push_back(fmt::format("the encoder's tensors are those named {}...", prefix));
  floating::visitParameters(model.graph, std::ref(reader));
  reader.finish();
  if (notes != nullptr) notes->insert(notes->end(), found.begin(), found.end());
  if (ignored != nullptr) *ignored = reader.ignored();
  return model;
}

}  // namespace intformer::importer::bert
