#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace intformer::test {

/// Protocol buffers by hand: fields one behind the other.
std::string varint(uint64_t number);
std::string numberField(uint32_t field, uint64_t value);
std::string bytesField(uint32_t field, const std::string& bytes);
std::string realField(uint32_t field, float value);

/// An ONNX file, part by part.
class OnnxWriter {
 public:
  /// An initializer of float32.
  void weights(const std::string& name, const std::vector<uint64_t>& shape,
               const std::vector<float>& values);
  void raw(const std::string& tensor) { initializers_ += bytesField(5, tensor); }
  /// A node; returns what it makes, which is named after it.
  std::string node(const std::string& op, const std::vector<std::string>& inputs,
                   const std::string& attributes = {});
  /// Nodes that make constants.
  std::string list(const std::vector<int64_t>& values);
  std::string number(float value);
  void input(const std::string& name, const std::vector<uint64_t>& shape);
  void output(const std::string& name) { values_ += bytesField(12, bytesField(1, name)); }
  [[nodiscard]] std::string bytes() const;

  static std::string tensor(const std::string& name, const std::vector<uint64_t>& shape,
                            uint64_t type, const std::string& raw);
  static std::string integers(const std::string& key, const std::vector<int64_t>& values);
  static std::string integer(const std::string& key, int64_t value);
  static std::string text(const std::string& key, const std::string& value);

 private:
  std::string nodes_, initializers_, values_;
  int count_ = 0;
};

/// How a file says what it says, and what of it is wrong.
struct VitForm {
  bool fused = false;    ///< LayerNorms and GELU as one node each
  bool resized = false;  ///< positions of 3 x 3 patches for the 2 x 2 there are
  bool scaled = true;    ///< with LayerScale
  bool head = true;      ///< something behind the last LayerNorm
  std::string fault = {};  ///< "mask", "heads", "scale", "perm", "stride", "gelu", "norm"
};

/// A random vision transformer: pictures of 8 x 8 pixels in patches of 4, width 24, 3 heads, ffn 32, 2
/// layers.
std::string syntheticVit(uint64_t seed, const VitForm& form = {});

}  // namespace intformer::test
