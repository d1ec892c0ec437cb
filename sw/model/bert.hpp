#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gen/config.hpp"
#include "sw/graph/graph.hpp"
#include "sw/model/pattern.hpp"

/// Encoders and their parts: the shape from a file, the integers from a seed.
namespace intformer::model {

enum class ModelKind : uint8_t {
  Encoder,    ///< layers of attention and feed-forward
  Attention,  ///< Q * K, softmax, P * V of all heads, from and to memory
  Matmul,     ///< one matrix product, int8 to int8
  Gpt2,       ///< layers of causal attention and feed-forward, each behind a LayerNorm
  Perceiver,  ///< latents that attend to inputs once, and then to each other in layers
};

/// Shape of a model (configs/models/*.toml). docs/6-compiler.md, section 6.9, lists the keys.
struct ModelSpec {
  std::string name;
  uint32_t width = 0;   ///< d, 1..4096, a multiple of heads
  uint32_t heads = 0;
  uint32_t ffn = 0;     ///< columns of the feed-forward's hidden tensor
  uint32_t layers = 0;
  double epsilon = 1e-12;
  std::optional<uint32_t> validTokens;  ///< tokens beyond are padding: no row attends to them
  bool dither = false;  ///< round attention weights by position
  uint32_t vocabulary = 0;  ///< tokens of the embedding; 0: the model begins at the first layer
  uint32_t positions = 0;   ///< positions of the embedding: the longest sequence
  uint32_t types = 1;       ///< segments of the embedding
  ModelKind kind = ModelKind::Encoder;
  uint32_t projection = 0;  ///< columns of query, key, value, all heads together; 0: width
  uint32_t keyHeads = 0;  ///< heads of keys and values, which divide `heads`; 0: as many as these
  AttentionPattern pattern = {};
  uint32_t keys = 0;  ///< of the attention part alone, beside its queries; 0: as many as these
  uint32_t projectedKeys = 0;     ///< rows that keys and values are projected to; 0: they stay
  bool sharedProjection = false;  ///< one matrix for keys and values of all layers; else two a layer
  uint32_t memory = 0;       ///< rows of keys and values of an earlier segment, of every layer
  uint32_t compressed = 0;   ///< rows of means of still earlier ones
  uint32_t compression = 0;  ///< rows of each mean
  uint32_t latents = 0;      ///< of a Perceiver: rows of its layers
  uint32_t inputWidth = 0;   ///< of a Perceiver: columns of what comes in
  bool norm = true;   ///< false: neither LayerNorm nor residual, int8 from operator to operator
  uint32_t cols = 0;  ///< of a matmul, whose depth is `width`
  std::optional<uint32_t> seq;  ///< tokens or rows when the caller names none
  ActivationKind activation = ActivationKind::Gelu;  ///< of the feed-forward

  [[nodiscard]] uint32_t headsOfKeys() const { return keyHeads != 0 ? keyHeads : heads; }
  [[nodiscard]] uint32_t headWidth() const {
    return (projection != 0 ? projection : width) / heads;
  }
};

struct ModelSpecResult {
  std::optional<ModelSpec> spec;  ///< set when there are no diagnostics
  std::vector<Diagnostic> diagnostics;
};

/// Reads and checks a model file; reports all faults at once.
ModelSpecResult loadModelSpec(const std::string& path);

/// The first `layers` encoder layers of the model on a batch: the rows of all tensors are the
/// tokens of the sequences, one sequence behind the other, without padding. Weights, spreads and
/// outlier channels come from the seed; scales from running each operator on
/// seededInputs(graph, seed) as it is added, so that 8-bit tensors use their range and hardly
/// saturate.
///
/// Inputs: "input8" and "input16", one tensor of activations in two widths. Layer n adds
/// "layer<n>.attention.{query,key,value,weights,context,residual,norm8,norm16}",
/// "layer<n>.ffn.{hidden,residual}" and "layer<n>.{output8,output16}"; the last two are the next
/// layer's input, and the graph's outputs in the last layer. Of a pattern (spec.pattern) there are no
/// weights, and where it has several parts an attention operator for each, with ".part<number>" behind
/// its name. Projected keys add "layer<n>.attention.{projection,projected}.{key,value}", or one
/// "projection" for all; memory, the inputs "layer<n>.attention.memory.{key,value}" and
/// "layer<n>.attention.old.{key,value}", whose means are "layer<n>.attention.compressed.{key,value}". They are of one sequence. Without LayerNorm only "input8" comes
/// in, and "layer<n>.{attention.output8,output8}" take the place of residuals and norms. With
/// several sequences there is one attention operator and one "weights" tensor for each, with
/// ".<number>" behind their names.
///
/// From Tokens: the inputs are "tokens" and "places", lists of rows in the embedding's tables;
/// "embedding.sum" and its LayerNorm's "embedding.{output8,output16}" feed the first layer.
/// Throws std::invalid_argument when the spec has no embedding, or a sequence is longer than it.
enum class EncoderInput : uint8_t { Activations, Tokens };
/// Left: a graph of the same operators and tensors without weights and tables, all scales one. It
/// can be compiled and its cycles estimated, not run; drawing takes most of the time.
enum class Integers : uint8_t { Drawn, Left };
Graph buildBertEncoder(const ModelSpec& spec, uint32_t layers,
                       const std::vector<uint32_t>& lengths, uint64_t seed,
                       EncoderInput input = EncoderInput::Activations,
                       Integers integers = Integers::Drawn);
/// The same on one sequence of `seq` tokens.
Graph buildBertEncoder(const ModelSpec& spec, uint32_t layers, uint32_t seq, uint64_t seed);

/// A Perceiver (Jaegle et al., 2021) on so many rows of "input8": latents, which are constants, attend
/// to them once ("cross.attention.*", "cross.ffn.*", "cross.{output8,output16}"), then `layers` encoder layers work on the latents.
Graph buildPerceiver(const ModelSpec& spec, uint32_t layers, const std::vector<uint32_t>& lengths,
                     uint64_t seed, Integers integers = Integers::Drawn);

/// The model of any kind on a batch; encoders as above, GPT-2 as gpt2::buildGraph(), from tokens. A matmul works on the rows of all
/// sequences, "input8" to "output8"; attention on "query", "key" and "value", one operator per
/// sequence, to "context". Both have one layer.
Graph buildModel(const ModelSpec& spec, uint32_t layers, const std::vector<uint32_t>& lengths,
                 uint64_t seed, EncoderInput input = EncoderInput::Activations,
                 Integers integers = Integers::Drawn);

/// Values for the graph's input tensors. Tensors named "<x>16" and "<x>8" of one shape are the same
/// activations in two widths: x8 = sat8(rshr(x16, 8)). Lists of tokens are random; lists of places
/// count from 0 in every sequence that an attention works on, the last third in segment 1.
TensorValues seededInputs(const Graph& graph, uint64_t seed);

}  // namespace intformer::model
