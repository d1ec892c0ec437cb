#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sw/graph/linear.hpp"
#include "sw/graph/tensor.hpp"
#include "sw/graph/traits.hpp"

namespace intformer {

/// output = REQ_W(left * right, scale[c], zero[c]), or of left * right^T: both are tensors, computed
/// or constant. W is the output's width (int8 or int16). docs/2-numerics.md, section 2.4.
struct Product {
  std::string name;
  TensorId left = kNoTensor;   ///< int8, rows x depth
  TensorId right = kNoTensor;  ///< int8, depth x cols; transposed, cols x depth
  TensorId output = kNoTensor;
  bool rightTransposed = false;
  RequantizeEpilogue epilogue;
};

/// What the sums run over.
uint32_t depthOf(const Graph& graph, const Product& op);

template <>
struct Traits<Product> {
  static constexpr const char* kKind = "product";
  /// Every row depends on all rows of `right`.
  static constexpr bool kRowWise = false;
  static std::vector<Operand> inputs(const Product& op);
  static std::vector<Operand> outputs(const Product& op);
  static uint64_t macs(const Graph& graph, const Product& op);
  static std::string shape(const Graph& graph, const Product& op);
  static Product withoutContents(const Product& op);
  /// It has all rows of its tensors, and no other length: what they would be, nobody says.
  static Sequence sequence(const Product& op);
  static bool alike(const Product& op, const Product& other);
  static void setSequence(Product& op, TensorId own, TensorInfo* ownInfo, uint32_t firstRow,
                          uint32_t rows);
  static void check(const OperatorCheck& check, const Product& op);

  template <typename Archive, typename Op>
  static void fields(Archive& archive, Op& op) {
    archive("name", op.name);
    archive.tensor("left", op.left, Presence::Always);
    archive.tensor("right", op.right, Presence::Always);
    archive.tensor("output", op.output, Presence::Always);
    archive.optional("right_transposed", op.rightTransposed, false);
    archive("scale", op.epilogue.scale);
    archive("zero", op.epilogue.zero);
  }
};

}  // namespace intformer
