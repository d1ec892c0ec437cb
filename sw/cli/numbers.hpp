#pragma once

#include <string>

/// Numbers as they stand on a command line.
namespace intformer::cli {

/// Whether an option's type (CLI11's name of it) is a number, or a list of them.
[[nodiscard]] bool isNumberType(const std::string& type);

/// Why `value` is no number of this type, or no list of them where there is a `delimiter`; "" if it
/// is one. Whole numbers are decimal, or hexadecimal behind 0x; others decimal and finite.
[[nodiscard]] std::string numberFault(const std::string& type, char delimiter,
                                      const std::string& value);

/// Without zeros in front, which C's readers take for octal.
[[nodiscard]] std::string plainNumber(char delimiter, const std::string& value);

}  // namespace intformer::cli
