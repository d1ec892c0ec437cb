#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sw/import/import_error.hpp"

namespace intformer {

using Shape = std::vector<uint64_t>;
/// "[30522, 384]"
std::string shapeText(const Shape& shape);

/// A safetensors file: 8 bytes header length (little endian), a JSON header, raw tensors.
/// https://github.com/huggingface/safetensors describes the format.
class Safetensors {
 public:
  struct Entry {
    std::string dtype;  ///< "F32"
    Shape shape;
    uint64_t begin = 0;  ///< bytes from the end of the header
    uint64_t end = 0;
  };

  /// Reads and checks the header: lengths, offsets inside the file, sizes that fit the shapes.
  /// Throws ImportError.
  explicit Safetensors(std::string path);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] bool contains(const std::string& name) const { return entries_.contains(name); }

  /// Why the tensor is not there as F32 of that shape, in one line; empty: it is.
  [[nodiscard]] std::string fault(const std::string& name, const Shape& shape) const;

  /// The values of an F32 tensor, row-major. Throws ImportError for a fault().
  [[nodiscard]] std::vector<float> read(const std::string& name, const Shape& shape) const;

 private:
  std::string path_;
  uint64_t dataBegin_ = 0;
  std::map<std::string, Entry> entries_;
};

}  // namespace intformer
