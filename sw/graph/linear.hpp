#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "sw/graph/tensor.hpp"
#include "sw/graph/traits.hpp"
#include "sw/numerics/activation_table.hpp"
#include "sw/numerics/scale.hpp"

namespace intformer {

/// out = REQ_W(acc + bias, scale[c], zero[c]); W is the output tensor's width (int8 or int16).
struct RequantizeEpilogue {
  std::vector<Scale> scale;
  std::vector<int8_t> zero;
};

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

template <>
struct Traits<RequantizeEpilogue> {
  static constexpr const char* kKind = "requantize";

  template <typename Archive, typename Op>
  static void fields(Archive& archive, Op& op) {
    archive("scale", op.scale);
    archive("zero", op.zero);
  }
};

template <>
struct Traits<ActivationEpilogue> {
  static constexpr const char* kKind = "activation";

  template <typename Archive, typename Op>
  static void fields(Archive& archive, Op& op) {
    archive("function", op.kind, ActivationKind::Tanh);
    archive("input", op.input);
    archive("output", op.output);
    archive("zero", op.zero);
  }
};

template <>
struct Traits<ResidualEpilogue> {
  static constexpr const char* kKind = "residual";

  template <typename Archive, typename Op>
  static void fields(Archive& archive, Op& op) {
    archive.tensor("identity", op.identity, Presence::Always);
    archive("product", op.product);
    archive("skip", op.skip);
  }
};

template <>
struct Traits<Linear> {
  static constexpr const char* kKind = "linear";
  static constexpr bool kRowWise = true;
  static std::vector<Operand> inputs(const Linear& op);
  static std::vector<Operand> outputs(const Linear& op);
  static uint64_t macs(const Graph& graph, const Linear& op);
  static std::string shape(const Graph& graph, const Linear& op);
  static Linear withoutContents(const Linear& op);
  static void check(const OperatorCheck& check, const Linear& op);

  template <typename Archive, typename Op>
  static void fields(Archive& archive, Op& op) {
    archive("name", op.name);
    archive.tensor("input", op.input, Presence::Always);
    archive.tensor("output", op.output, Presence::Always);
    archive("depth", op.depth);
    archive("cols", op.cols);
    archive("weights", op.weights);
    archive("bias", op.bias);
    archive.choice("epilogue", op.epilogue);
  }
};

}  // namespace intformer
