#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sw/float/float_matrix.hpp"
#include "sw/graph/graph.hpp"

/// A trained model in float32: operators of the kinds that sw/graph has, on named tensors that have a
/// row per token. Importers build such graphs; runFloat() runs them, quantizeModel() makes integers
/// of them, model files hold their parameters. Nothing here knows a network by name.
namespace intformer::floating {

struct FloatTensorInfo {
  std::string name = {};  ///< unique, e.g. "layer0.attention.query"
  uint32_t cols = 0;
  uint32_t groupCols = 0;  ///< columns of an attention head, where the columns are its heads'; or 0
};

/// Rows of two or three tables, added: of the token, its position and, where there are segments, its
/// segment. Begins a graph: its input are the tokens.
struct FloatEmbedding {
  std::string name;
  std::string parameters;  ///< what model files call them (sw/float/parameters.hpp); so below
  TensorId output = kNoTensor;
  uint32_t vocabulary = 0;
  uint32_t positions = 0;
  uint32_t segments = 0;  ///< 0: no table of them; pairs of texts take two
  std::vector<float> tokenTable;     ///< vocabulary x columns
  std::vector<float> positionTable;  ///< positions x columns
  std::vector<float> segmentTable;   ///< segments x columns
};

/// Rows of values that come from outside with the tokens: what a picture's patches hold, or moments of
/// a sound.
struct FloatInput {
  std::string name;
  TensorId output = kNoTensor;
};

/// What becomes of input * weights + bias.
struct FloatPlain {};
struct FloatActivation {
  ActivationKind kind = ActivationKind::Gelu;
};
struct FloatResidual {
  TensorId identity = kNoTensor;  ///< is added
};
using FloatEpilogue = std::variant<FloatPlain, FloatActivation, FloatResidual>;

/// output = epilogue(input * weights + bias)
struct FloatLinear {
  std::string name;
  std::string parameters;
  TensorId input = kNoTensor;
  TensorId output = kNoTensor;
  AffineMap map;
  FloatEpilogue epilogue;
};

/// Which tokens of its sequence a token sees: so many before and behind it; unset: all of them.
struct Reach {
  std::optional<uint32_t> before;
  std::optional<uint32_t> behind;

  /// The valid columns in a sequence of `length` tokens.
  [[nodiscard]] Mask mask(uint32_t length) const;
};
inline constexpr Reach kCausal{std::nullopt, 0};

/// Multi-head attention within each sequence: softmax(query * key^T / sqrt(headWidth)) * value.
struct FloatAttention {
  std::string name;
  TensorId query = kNoTensor, key = kNoTensor, value = kNoTensor;
  TensorId output = kNoTensor;
  uint32_t heads = 0;
  uint32_t headWidth = 0;
  Reach reach;
};

/// output = (input - mean) / sqrt(variance + epsilon) * gamma + beta, of every row; as an RMSNorm
/// input / sqrt(mean of squares + epsilon) * gamma
struct FloatLayerNorm {
  std::string name;
  std::string parameters;
  TensorId input = kNoTensor;
  TensorId output = kNoTensor;
  double epsilon = 1e-12;
  std::vector<float> gamma;
  std::vector<float> beta;  ///< of an RMSNorm empty
  bool rootMeanSquare = false;

  /// What is added to a column.
  [[nodiscard]] float offset(std::size_t column) const {
    return rootMeanSquare ? 0 : beta[column];
  }
};

using FloatOperator =
    std::variant<FloatEmbedding, FloatLinear, FloatAttention, FloatLayerNorm, FloatInput>;

/// A stretch of operators that may be left out together with all blocks behind it (keepBlocks).
struct FloatBlock {
  std::size_t end = 0;          ///< of its operators; it begins where the one before ends
  TensorId output = kNoTensor;  ///< what the next block reads of it
};

struct FloatGraph {
  std::string name;
  std::vector<FloatTensorInfo> tensors;
  std::vector<FloatOperator> operators;  ///< in an order in which every input is ready
  std::vector<FloatBlock> blocks;
  TensorId output = kNoTensor;  ///< last hidden states

  TensorId addTensor(FloatTensorInfo info) {
    tensors.push_back(std::move(info));
    return static_cast<TensorId>(tensors.size() - 1);
  }
};

const std::string& operatorName(const FloatOperator& op);
TensorId outputOf(const FloatOperator& op);
/// Every tensor that the operator reads, once per reading.
std::vector<TensorId> inputsOf(const FloatOperator& op);

/// By tensor: the index of the last operator that reads it. The graph's output is read by all that
/// comes behind: its index is the number of operators.
std::vector<std::size_t> lastReaders(const FloatGraph& graph);
/// What the linear operators multiply the tensor by that have it as their input, in order.
std::vector<const AffineMap*> mapsThatRead(const FloatGraph& graph, TensorId tensor);
/// The graph's embedding. Throws std::invalid_argument for a graph without one.
const FloatEmbedding& embeddingOf(const FloatGraph& graph);

/// Leaves the first `count` of the graph's blocks: what read the last block's output reads that of
/// the last one left. 1 <= count <= blocks.
void keepBlocks(FloatGraph& graph, std::size_t count);

}  // namespace intformer::floating
