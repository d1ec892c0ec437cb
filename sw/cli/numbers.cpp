#include "sw/cli/numbers.hpp"

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <regex>

namespace intformer::cli {
namespace {

std::string eachPart(char delimiter, const std::string& value,
                     const std::function<std::string(const std::string&)>& change) {
  std::string result;
  for (std::size_t begin = 0; begin <= value.size();) {
    const std::size_t end =
        delimiter == '\0' ? value.size() : std::min(value.find(delimiter, begin), value.size());
    if (begin != 0) result += delimiter;
    result += change(value.substr(begin, end - begin));
    begin = end + 1;
  }
  return result;
}

}  // namespace

bool isNumberType(const std::string& type) {
  return type.starts_with("UINT") || type.starts_with("INT") || type.starts_with("FLOAT");
}

std::string numberFault(const std::string& type, char delimiter, const std::string& value) {
  static const std::regex whole("[0-9]+|0[xX][0-9a-fA-F]+");
  static const std::regex real("[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?");
  const bool isReal = type.starts_with("FLOAT");
  bool good = true;
  eachPart(delimiter, value, [&](const std::string& part) {
    good = good && std::regex_match(part, isReal ? real : whole) &&
           (!isReal || std::isfinite(std::strtod(part.c_str(), nullptr)));
    return part;
  });
  bool fits = true;
  if (good && !isReal)
    eachPart(delimiter, value, [&](const std::string& part) {
      errno = 0;
      static_cast<void>(std::strtoull(part.c_str(), nullptr, part.find_first_of("xX") == 1 ? 16 : 10));
      fits = fits && errno != ERANGE;
      return part;
    });
  if (!fits) return "is too large";
  if (good) return "";
  const std::string one = isReal ? "a number like 0.25" : "a whole number from 0 on";
  if (delimiter == '\0') return one + " is asked for";
  return one + ", or several of them as 128" + delimiter + "77" + delimiter +
         "30, without blanks, is asked for";
}

std::string plainNumber(char delimiter, const std::string& value) {
  return eachPart(delimiter, value, [](const std::string& part) {
    const std::size_t zeros = part.find_first_not_of('0');
    if (zeros == std::string::npos) return part.empty() ? part : std::string("0");
    const bool digit = part[zeros] >= '0' && part[zeros] <= '9';
    return digit ? part.substr(zeros) : part.substr(zeros - std::min<std::size_t>(zeros, 1));
  });
}

}  // namespace intformer::cli
