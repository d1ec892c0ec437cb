#include "gen/writer.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace intformer {
namespace {

char upper(char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); }

}  // namespace

std::string upperCamel(std::string_view snake) {
  std::string result;
  bool start = true;
  for (const char c : snake) {
    if (c != '_') result += start ? upper(c) : c;
    start = c == '_';
  }
  return result;
}

std::string upperSnake(std::string_view snake) {
  std::string result(snake);
  std::transform(result.begin(), result.end(), result.begin(), upper);
  return result;
}

void Columns::add(std::string first, std::string second, std::string third) {
  rows_.push_back({std::move(first), std::move(second), std::move(third)});
}

std::string Columns::text(std::string_view indent) const {
  std::array<std::size_t, 2> width{};
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < width.size(); ++i) width[i] = std::max(width[i], row[i].size());
  std::string result;
  for (const auto& row : rows_) {
    std::string line(indent);
    line += row[0] + std::string(width[0] - row[0].size() + 1, ' ');
    line += row[1] + std::string(width[1] - row[1].size() + 2, ' ') + row[2];
    line.erase(line.find_last_not_of(' ') + 1);
    result += line + '\n';
  }
  return result;
}

}  // namespace intformer
