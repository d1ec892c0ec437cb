#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sw/graph/tensor.hpp"
#include "sw/graph/traits.hpp"

namespace intformer {

/// LayerNorm or RMSNorm: docs/2-numerics.md, section 2.8. At least one output; both may be wanted.
struct LayerNorm {
  std::string name;
  TensorId input = kNoTensor;     ///< int16
  TensorId output8 = kNoTensor;   ///< int8 or kNoTensor
  TensorId output16 = kNoTensor;  ///< int16 or kNoTensor
  uint64_t epsilon = 64;          ///< E, 64 .. 2^48 - 1
  uint8_t shift = 16;             ///< s, 9..31
  std::vector<int16_t> gain;      ///< G[c]
  std::vector<int32_t> offset;    ///< B[c]; of an RMSNorm all 0
  bool rootMeanSquare = false;    ///< RMSNorm: takes no mean off, divides by the root mean square
};

template <>
struct Traits<LayerNorm> {
  static constexpr const char* kKind = "layer_norm";
  static constexpr bool kRowWise = true;
  static std::vector<Operand> inputs(const LayerNorm& op);
  static std::vector<Operand> outputs(const LayerNorm& op);
  static uint64_t macs(const Graph& graph, const LayerNorm& op);
  static std::string shape(const Graph& graph, const LayerNorm& op);
  static LayerNorm withoutContents(const LayerNorm& op);
  static void check(const OperatorCheck& check, const LayerNorm& op);

  template <typename Archive, typename Op>
  static void fields(Archive& archive, Op& op) {
    archive("name", op.name);
    archive.tensor("input", op.input, Presence::Always);
    archive.tensor("output8", op.output8, Presence::Optional);
    archive.tensor("output16", op.output16, Presence::Optional);
    archive("epsilon", op.epsilon);
    archive("shift", op.shift);
    archive("gain", op.gain);
    archive("offset", op.offset);
    archive.optional("root_mean_square", op.rootMeanSquare, false);
  }
};

}  // namespace intformer
