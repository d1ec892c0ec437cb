#include "gen/emit/emit.hpp"

namespace intformer {

std::string render(const Plan& plan, std::string_view body) {
  constexpr std::string_view mark = "@p@";
  std::string text;
  for (std::size_t at = 0; at < body.size();) {
    const std::size_t next = std::min(body.find(mark, at), body.size());
    text += body.substr(at, next - at);
    if (next < body.size()) text += plan.name;
    at = next + mark.size();
  }
  return text;
}

}  // namespace intformer
