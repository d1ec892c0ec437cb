#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sw/files/import_error.hpp"
#include "sw/import/shape.hpp"

namespace intformer::importer {

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

  /// Reads and checks the header: lengths, names that differ, sizes that fit the shapes, tensors
  /// that cover the file's data without overlap or holes. Throws ImportError.
  explicit Safetensors(std::string path);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] bool contains(const std::string& name) const { return entries_.contains(name); }
  /// All tensors, by name.
  [[nodiscard]] const std::map<std::string, Entry>& entries() const { return entries_; }

  /// Why the tensor is not there with that shape and a type that read() knows, in one line; empty:
  /// it is.
  [[nodiscard]] std::string fault(const std::string& name, const Shape& shape) const;

  /// The values of an F32, F16 or BF16 tensor, row-major. Throws ImportError for a fault() and for
  /// values that are not finite.
  [[nodiscard]] std::vector<float> read(const std::string& name, const Shape& shape) const;

 private:
  void parseHeader(const std::string& text, uint64_t dataBytes);
  void checkCoverage(uint64_t dataBytes) const;

  std::string path_;
  uint64_t dataBegin_ = 0;
  std::map<std::string, Entry> entries_;
};

}  // namespace intformer::importer
