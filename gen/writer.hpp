#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace intformer {

/// "out16_addr" -> "Out16Addr"
std::string upperCamel(std::string_view snake);
/// "out16_addr" -> "OUT16_ADDR"
std::string upperSnake(std::string_view snake);

/// Lines of three parts whose second and third parts stand in columns, as a careful person types
/// them: `  localparam int unsigned Dim = 16;  // comment`.
class Columns {
 public:
  void add(std::string first, std::string second, std::string third = {});
  /// The lines, each after `indent`, without trailing blanks.
  [[nodiscard]] std::string text(std::string_view indent = {}) const;

 private:
  std::vector<std::array<std::string, 3>> rows_;
};

}  // namespace intformer
