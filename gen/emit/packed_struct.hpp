#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gen/writer.hpp"

namespace intformer {

/// `typedef struct packed { ... } <name>;` of SystemVerilog under a comment; the first member lies
/// in the highest bits.
class PackedStruct {
 public:
  PackedStruct(std::string_view title, std::string_view name) : title_(title), name_(name) {}

  void add(std::string_view type, const std::string& member);
  void add(uint32_t width, const std::string& member);
  /// Bits of the members that were added by their width.
  [[nodiscard]] uint32_t width() const { return width_; }
  [[nodiscard]] std::string text() const;

 private:
  std::string title_;
  std::string name_;
  Columns members_;
  uint32_t width_ = 0;
};

}  // namespace intformer
