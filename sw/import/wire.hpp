#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sw/files/import_error.hpp"

/// Protocol buffers' wire format: a message is a row of fields, each a number with a value
/// (https://protobuf.dev/programming-guides/encoding). What a number means, a schema says.
namespace intformer::importer::wire {

enum class Type : uint8_t { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 };

struct Field {
  uint32_t number = 0;
  Type type = Type::Varint;
  uint64_t value = 0;      ///< of Varint, Fixed64, Fixed32
  std::string_view bytes;  ///< of Bytes
};

/// Reads a message field by field. What contradicts the format, or the schema by the calls below, is
/// refused as ImportError that begins with `where`. Owns neither the bytes nor `where`.
class Message {
 public:
  Message(std::string_view bytes, const std::string& where) : rest_(bytes), where_(where) {}

  /// Whether there was another field; it is then in field().
  bool next();
  [[nodiscard]] const Field& field() const { return field_; }

  /// The field's value, which must be of that type.
  [[nodiscard]] std::string_view bytes() const;
  [[nodiscard]] uint64_t varint() const;
  [[nodiscard]] float real() const;
  /// The field's bytes as a name: no control characters, at most 1000 bytes.
  [[nodiscard]] std::string name() const;
  /// Appends the field's integers, one or packed.
  void append(std::vector<int64_t>& integers) const;
  /// Appends the field's float32 numbers, one or packed, as they lie.
  void appendReals(std::string& bytes) const;

  [[noreturn]] void refuse(const std::string& reason) const;
  /// For a field that the schema does not know.
  [[noreturn]] void refuseField() const;

 private:
  uint64_t takeVarint(std::string_view& from) const;
  std::string_view take(uint64_t count);
  void demand(Type type) const;

  std::string_view rest_;
  const std::string& where_;
  Field field_;
};

}  // namespace intformer::importer::wire
