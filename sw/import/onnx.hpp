#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sw/files/files.hpp"
#include "sw/files/import_error.hpp"
#include "sw/import/shape.hpp"

namespace intformer::importer {

namespace onnx {

/// A constant. Its bytes lie in the file.
struct Tensor {
  std::string name;
  Shape shape;
  int64_t type = 0;               ///< of ONNX's TensorProto::DataType: 1 float32, 7 int64, ...
  std::string_view raw;           ///< little endian
  std::string reals;              ///< instead: float32, little endian
  std::vector<int64_t> integers;  ///< instead: int64

  /// Its values, of float32, float16 or bfloat16. Throws ImportError that begins with `where` for
  /// other types and for values that are not finite.
  [[nodiscard]] std::vector<float> floats(const std::string& where) const;
  /// Its values, of int64; none: it is of another type.
  [[nodiscard]] std::optional<std::vector<int64_t>> int64s() const;
};

struct Attribute {
  std::optional<int64_t> integer;
  std::optional<float> real;
  std::optional<std::string> text;
  std::vector<int64_t> integers;
  std::optional<Tensor> tensor;
};

struct Node {
  std::string name;
  std::string op;                    ///< "MatMul"
  std::vector<std::string> inputs;   ///< "": left out
  std::vector<std::string> outputs;
  std::map<std::string, Attribute> attributes;

  /// "node /layer.0/Add (Add)", or by what it makes where it has no name
  [[nodiscard]] std::string text() const;
  [[nodiscard]] const Attribute* attribute(const std::string& key) const;
};

/// What comes from outside. An extent that the file leaves open is 0.
struct Input {
  std::string name;
  Shape shape;
};

}  // namespace onnx

/// An ONNX file: a graph of nodes and the constants that they read. The format is
/// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, in protocol buffers (sw/import/wire.hpp).
class OnnxFile {
 public:
  /// Reads and checks the file: lengths, fields, sizes that fit the shapes, names that differ, nodes
  /// that read what is there before them. Throws ImportError.
  explicit OnnxFile(std::string path);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const std::vector<onnx::Node>& nodes() const { return nodes_; }
  [[nodiscard]] const std::vector<onnx::Input>& inputs() const { return inputs_; }
  [[nodiscard]] const std::vector<std::string>& outputs() const { return outputs_; }
  /// By name.
  [[nodiscard]] const std::map<std::string, onnx::Tensor>& initializers() const {
    return initializers_;
  }
  /// Null: no initializer has that name.
  [[nodiscard]] const onnx::Tensor* initializer(const std::string& name) const;
  /// The node that makes the value; null: none does.
  [[nodiscard]] const onnx::Node* maker(const std::string& value) const;

 private:
  void readModel();
  void readGraph(std::string_view bytes);
  void checkOrder() const;

  std::string path_;
  files::FileBytes bytes_;
  std::vector<onnx::Node> nodes_;
  std::vector<onnx::Input> inputs_;
  std::vector<std::string> outputs_;
  std::map<std::string, onnx::Tensor> initializers_;
  std::map<std::string, std::size_t> makers_;  ///< by value: the node's index
};

}  // namespace intformer::importer
