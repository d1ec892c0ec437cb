#include "sw/tokenizer/plain_text.hpp"

#include <fmt/format.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace intformer::tokenizer {

std::string plainText(std::string_view text, std::size_t most) {
  std::string plain;
  const auto* const bytes = reinterpret_cast<const uint8_t*>(text.data());
  const auto size = static_cast<int64_t>(text.size());
  std::size_t characters = 0;
  for (int64_t at = 0; at < size; ++characters) {
    if (characters == most) return fmt::format("{}... ({} bytes)", plain, text.size());
    const int64_t begin = at;
    UChar32 c = 0;
    U8_NEXT(bytes, at, size, c);
    const bool shown = c >= 0 && u_charType(c) != U_CONTROL_CHAR;
    for (int64_t i = begin; i < at; ++i)
      plain += shown ? std::string(1, static_cast<char>(bytes[i]))
                     : fmt::format("\\x{:02x}", bytes[i]);
  }
  return plain;
}

}  // namespace intformer::tokenizer
