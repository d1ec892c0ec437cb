#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "sw/graph/tensor.hpp"
#include "sw/numerics/scale.hpp"

/// A model: integer operators on named tensors, with all their integers. Golden model, compiler,
/// performance model and scoreboard walk this graph; nothing here knows a network by name.
namespace intformer {

using TensorId = uint32_t;
inline constexpr TensorId kNoTensor = ~TensorId{0};

enum class TensorRole : uint8_t { Input, Intermediate, Output };

struct TensorInfo {
  std::string name;  ///< unique, e.g. "layer0.attention.query"
  ElementType type = ElementType::Int8;
  uint32_t rows = 0;
  uint32_t cols = 0;
  TensorRole role = TensorRole::Intermediate;
  /// Columns come in groups that the compiler may pad to a panel boundary each (attention heads).
  /// 0: one group of `cols` columns.
  uint32_t groupCols = 0;
};

/// out = REQ_W(acc + bias, scale[c], zero[c]); W is the output tensor's width (int8 or int16).
struct RequantizeEpilogue {
  std::vector<Scale> scale;
  std::vector<int8_t> zero;
};

enum class ActivationKind : uint8_t { Gelu = 0 };

/// out = REQ_8(act(REQ_16(acc + bias, input[c], 0)), output[c], zero[c])
struct ActivationEpilogue {
  ActivationKind kind = ActivationKind::Gelu;
  std::vector<Scale> input;
  std::vector<Scale> output;
  std::vector<int8_t> zero;
};

/// out16 = sat16(rshr((acc + bias) * M1[c], s1[c]) + rshr(identity * M2[c], s2[c]))
struct ResidualEpilogue {
  TensorId identity = kNoTensor;  ///< int8 or int16, same shape as the output
  std::vector<Scale> product;
  std::vector<Scale> skip;
};

using Epilogue = std::variant<RequantizeEpilogue, ActivationEpilogue, ResidualEpilogue>;

/// output[rows x cols] = epilogue(input[rows x depth] * weights[depth x cols] + bias)
struct Linear {
  std::string name;
  TensorId input = kNoTensor;  ///< int8
  TensorId output = kNoTensor;
  uint32_t depth = 0;
  uint32_t cols = 0;
  std::vector<int8_t> weights;  ///< row-major depth x cols, in [-127, 127]
  std::vector<int32_t> bias;    ///< zero points of the input already absorbed
  Epilogue epilogue;
};

/// Valid columns of row i: [low + (lowMoves ? i : 0), high + (highMoves ? i : 0)).
struct Mask {
  int32_t low = 0;
  int32_t high = 0;
  bool lowMoves = false;
  bool highMoves = false;
};

/// Multi-head attention over the rows [firstRow, firstRow + rows) of packed tensors, positions
/// counted from firstRow. Heads are column groups of headWidth. docs/2-numerics.md, section 2.7.
struct Attention {
  std::string name;
  TensorId query = kNoTensor, key = kNoTensor, value = kNoTensor;  ///< int8
  TensorId weights = kNoTensor;  ///< uint8, (heads * rows) x rows: unnormalized weights, head-major
  TensorId output = kNoTensor;   ///< int8
  uint32_t firstRow = 0;
  uint32_t rows = 0;
  uint32_t heads = 0;
  uint32_t headWidth = 0;
  std::vector<Scale> logit;   ///< per head: M_t, s_t
  std::vector<Scale> result;  ///< per head: M_o, s_o
  Mask mask;
  bool dither = false;
};

/// docs/2-numerics.md, section 2.8. At least one output; both may be wanted.
struct LayerNorm {
  std::string name;
  TensorId input = kNoTensor;     ///< int16
  TensorId output8 = kNoTensor;   ///< int8 or kNoTensor
  TensorId output16 = kNoTensor;  ///< int16 or kNoTensor
  uint64_t epsilon = 64;          ///< E, 64 .. 2^48 - 1
  uint8_t shift = 16;             ///< s, 9..31
  std::vector<int16_t> gain;      ///< G[c]
  std::vector<int32_t> offset;    ///< B[c]
};

/// Rows of two tables, scaled and added:
///   out16[r][c] = sat16(rshr(tokens[token[r]][c] * M1[c], s1[c]) +
///                       rshr(places[place[r]][c] * M2[c], s2[c]))
/// The second table holds the sums of position and segment embeddings: row segment * positions +
/// position. docs/2-numerics.md, section 2.13.
struct Embedding {
  std::string name;
  TensorId token = kNoTensor;   ///< Index: rows of the first table
  TensorId place = kNoTensor;   ///< Index: rows of the second
  TensorId output = kNoTensor;  ///< int16
  uint32_t vocabulary = 0;      ///< rows of the first table
  uint32_t placeCount = 0;      ///< rows of the second
  uint32_t positions = 0;       ///< of these, per segment; for who makes the lists
  uint32_t cols = 0;
  std::vector<int16_t> tokens;  ///< vocabulary x cols, row-major, 14 bits: -8192..8191
  std::vector<int16_t> places;  ///< placeCount x cols
  std::vector<Scale> tokenScale;
  std::vector<Scale> placeScale;
};

using Operator = std::variant<Linear, Attention, LayerNorm, Embedding>;

struct Graph {
  std::string name;
  std::vector<TensorInfo> tensors;
  std::vector<Operator> operators;  ///< in an order in which every input is ready

  TensorId addTensor(TensorInfo info) {
    tensors.push_back(std::move(info));
    return static_cast<TensorId>(tensors.size() - 1);
  }
};

/// Multiply-accumulates that an operator of the graph asks for by its definition: padding of the
/// device is not counted, masked columns are.
uint64_t macs(const Graph& graph, const Operator& op);
/// The operator's own name.
const std::string& operatorName(const Operator& op);
/// "linear", "attention", "layer_norm" or "embedding".
std::string operatorKind(const Operator& op);

/// Tensor values by TensorId; an empty Tensor where not computed.
using TensorValues = std::vector<Tensor>;

}  // namespace intformer
