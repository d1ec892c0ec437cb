#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sw/files/import_error.hpp"

namespace intformer {

/// Sizes of a BERT encoder, from config.json.
struct BertConfig {
  uint32_t width = 0;         ///< hidden_size
  uint32_t heads = 0;         ///< num_attention_heads, divides width
  uint32_t ffn = 0;           ///< intermediate_size
  uint32_t layers = 0;        ///< num_hidden_layers
  uint32_t vocabulary = 0;    ///< vocab_size
  uint32_t maxPositions = 0;  ///< max_position_embeddings
  uint32_t segments = 0;      ///< type_vocab_size
  double epsilon = 1e-12;     ///< layer_norm_eps

  [[nodiscard]] uint32_t headWidth() const { return width / heads; }
};

/// out = in * weights + bias
struct FloatLinear {
  uint32_t depth = 0;
  uint32_t cols = 0;
  std::vector<float> weights;  ///< row-major depth x cols
  std::vector<float> bias;
};

struct FloatNorm {
  std::vector<float> gamma;
  std::vector<float> beta;
};

struct FloatLayer {
  FloatLinear query, key, value, attentionOutput;
  FloatNorm attentionNorm;
  FloatLinear ffnInput, ffnOutput;
  FloatNorm outputNorm;
};

/// A trained encoder in float32.
struct FloatBert {
  BertConfig config;
  std::vector<float> wordEmbeddings;      ///< vocabulary x width
  std::vector<float> positionEmbeddings;  ///< maxPositions x width
  std::vector<float> segmentEmbeddings;   ///< segments x width
  FloatNorm embeddingNorm;
  std::vector<FloatLayer> layers;
};

/// Reads config.json. `notes` receives a line for each key that is not known.
/// Throws ImportError that names every missing or impossible key.
BertConfig readBertConfig(const std::string& path, std::vector<std::string>* notes = nullptr);

/// Reads `directory`/config.json and model.safetensors or shards. `ignored` receives the names of
/// tensors that the encoder does not have (pooler, heads), `notes` lines for people.
/// Throws ImportError that names every missing or misshapen tensor.
FloatBert readBert(const std::string& directory, std::vector<std::string>* ignored = nullptr,
                   std::vector<std::string>* notes = nullptr);

/// Leaves the first `count` layers of the model, which has as many.
void keepLayers(FloatBert& model, uint32_t count);

}  // namespace intformer
