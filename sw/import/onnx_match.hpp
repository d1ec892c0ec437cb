#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sw/float/float_matrix.hpp"
#include "sw/import/onnx.hpp"

/// Finds the parts of a Transformer among an ONNX file's nodes, from their results backwards. Names
/// mean nothing: exporters give weights numbers. What is not as a part must be is refused with the
/// node and what was expected of it.
namespace intformer::importer::onnx {

struct NormPart {
  std::string input;
  double epsilon = 0;
  std::vector<float> gamma, beta;
};

struct LinearPart {
  std::string input;
  floating::AffineMap map;
};

struct AttentionPart {
  LinearPart query, key, value;  ///< which read the same
  uint32_t heads = 0;
};

class Matcher {
 public:
  explicit Matcher(const OnnxFile& file) : file_(file) {}

  [[nodiscard]] const OnnxFile& file() const { return file_; }
  /// The value itself, or what casts and identities made it of.
  [[nodiscard]] std::string source(const std::string& value) const;
  /// The node that makes the value by the operator `op`, behind source(); null: another one does.
  [[nodiscard]] const Node* made(const std::string& value, const char* op) const;
  /// The same, which must be there: `what` says what for.
  const Node& demand(const std::string& value, const char* op, const char* what) const;
  /// The input at that place. Throws ImportError where it is left out.
  const std::string& input(const Node& node, std::size_t index) const;

  /// Whether a LayerNorm makes the value.
  [[nodiscard]] bool isNorm(const std::string& value) const;
  NormPart norm(const std::string& value);
  /// Bias and weights; a bias may be missing.
  LinearPart linear(const std::string& value);
  /// The value of which GELU makes this one.
  std::string gelu(const std::string& value) const;
  /// Of the two that a residual sum adds: what the branch makes, and the stream. None: it is no such
  /// sum.
  std::optional<std::pair<std::string, std::string>> residual(const std::string& value) const;
  /// A linear operator whose result may be scaled by a constant per column, which is multiplied into it.
  LinearPart scaledLinear(const std::string& value);
  /// Multi-head attention behind the result that its heads' columns make.
  AttentionPart attention(const std::string& value);

  /// The values of an initializer. Throws ImportError.
  std::vector<float> floats(const std::string& name, const Shape& shape);
  std::vector<float> vector(const std::string& name, std::size_t size);
  [[nodiscard]] const Tensor* constant(const std::string& value) const;
  /// The single number of a constant; none: it is no such thing.
  [[nodiscard]] std::optional<double> scalar(const std::string& value) const;
  /// A list of integers, as shapes are made: none for those that depend on the input.
  [[nodiscard]] std::vector<std::optional<int64_t>> list(const std::string& value) const;
  /// An attribute of integers; as the operator's default where it is missing.
  [[nodiscard]] std::vector<int64_t> integers(const Node& node, const char* key,
                                              std::vector<int64_t> otherwise) const;
  [[nodiscard]] int64_t integer(const Node& node, const char* key, int64_t otherwise) const;

  [[noreturn]] void refuse(const Node& node, const std::string& reason) const;
  [[noreturn]] void refuse(const std::string& value, const std::string& reason) const;

  /// Initializers that nothing asked for.
  [[nodiscard]] std::vector<std::string> unused() const;

 private:
  struct Heads {
    LinearPart part;
    uint32_t count = 0;
    bool transposed = false;  ///< columns before rows, as the right side of a product
  };

  [[nodiscard]] bool isWeight(const std::string& value) const;
  /// Inputs of a node of two, the one that is a constant last; none: not exactly one of them is.
  [[nodiscard]] std::optional<std::pair<std::string, std::string>> withConstant(
      const Node& node) const;
  /// Divides or multiplies by one number: value and factor behind it. 1 where there is none.
  std::pair<std::string, double> unscaled(const std::string& value) const;
  Heads heads(const std::string& value);

  const OnnxFile& file_;
  std::set<std::string> used_;
};

}  // namespace intformer::importer::onnx
