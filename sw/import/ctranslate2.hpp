#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sw/files/files.hpp"
#include "sw/files/import_error.hpp"
#include "sw/import/shape.hpp"

namespace intformer::importer {

/// A model of CTranslate2 (https://github.com/OpenNMT/CTranslate2), format 6, little endian:
///   u32 version, name of the specification, u32 its revision, u32 variables; of each: name, u8 rank,
///   u32 extents, u8 type, u32 bytes, data; then u32 aliases, each a name and the variable's.
/// Names are u16 bytes with a zero behind, which counts.
class CTranslate2File {
 public:
  struct Variable {
    Shape shape;
    uint8_t type = 0;  ///< 0 float32, 1 int8, 2 int16, 3 int32, 4 float16, 5 bfloat16
    std::string_view bytes;
  };

  /// Reads and checks the file to its last byte: lengths, sizes that fit the shapes, names that
  /// differ, aliases of variables. Throws ImportError.
  explicit CTranslate2File(std::string path);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const std::string& specification() const { return specification_; }
  [[nodiscard]] uint32_t revision() const { return revision_; }
  /// All variables, by name.
  [[nodiscard]] const std::map<std::string, Variable>& variables() const { return variables_; }
  [[nodiscard]] const std::map<std::string, std::string>& aliases() const { return aliases_; }

  /// Why the variable is not there with that shape and a type that read() knows, in one line; empty:
  /// it is.
  [[nodiscard]] std::string fault(const std::string& name, const Shape& shape) const;
  /// The values of a float32, float16 or bfloat16 variable. Throws ImportError for a fault() and for
  /// values that are not finite.
  [[nodiscard]] std::vector<float> read(const std::string& name, const Shape& shape) const;
  /// The value of an integer without extents. Throws ImportError.
  [[nodiscard]] int64_t number(const std::string& name) const;

 private:
  class Reader;

  std::string path_;
  files::FileBytes bytes_;
  std::string specification_;
  uint32_t revision_ = 0;
  std::map<std::string, Variable> variables_;
  std::map<std::string, std::string> aliases_;
};

}  // namespace intformer::importer
