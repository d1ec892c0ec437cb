#include "sw/tokenizer/added_tokens.hpp"

#include <unicode/utf8.h>

#include <algorithm>

#include "sw/tokenizer/code_points.hpp"

namespace intformer::tokenizer {
namespace {

const uint8_t* bytesOf(std::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

/// The code point behind `at`, which moves behind it.
UChar32 forward(std::string_view text, std::size_t& at) {
  const uint8_t* bytes = bytesOf(text);
  UChar32 c = 0;
  U8_NEXT_OR_FFFD(bytes, at, text.size(), c);
  return c;
}

/// The code point before `at`, which moves before it.
UChar32 backward(std::string_view text, std::size_t& at) {
  const uint8_t* bytes = bytesOf(text);
  // A code point has at most 4 bytes: ICU's 32-bit index need not span the text.
  const std::size_t start = at - std::min<std::size_t>(at, U8_MAX_LENGTH);
  auto size = static_cast<int32_t>(at - start);
  UChar32 c = 0;
  U8_PREV_OR_FFFD(bytes + start, 0, size, c);
  at = start + static_cast<std::size_t>(size);
  return c;
}

bool touchesWord(std::string_view text, std::size_t begin, std::size_t end) {
  return (begin > 0 && isWordCharacter(backward(text, begin))) ||
         (end < text.size() && isWordCharacter(forward(text, end)));
}

std::size_t spaceBehind(std::string_view text, std::size_t end) {
  for (std::size_t at = end; at < text.size() && isSpace(forward(text, at));) end = at;
  return end;
}

}  // namespace

std::size_t spaceBefore(std::string_view text, std::size_t begin) {
  for (std::size_t at = begin; at > 0 && isSpace(backward(text, at));) begin = at;
  return begin;
}

bool TokenFinder::add(std::string pattern, const AddedToken& token) {
  const std::size_t size = pattern.size();
  begins_[static_cast<uint8_t>(pattern.front())] = true;
  if (!places_.emplace(std::move(pattern), static_cast<uint32_t>(tokens_.size())).second)
    return false;
  tokens_.push_back(token);
  const auto place = std::ranges::lower_bound(sizes_, size, std::ranges::greater());
  if (place == sizes_.end() || *place != size) sizes_.insert(place, size);
  return true;
}

TokenFinder::Match TokenFinder::next(std::string_view text, std::size_t from) const {
  for (std::size_t begin = from; begin < text.size(); ++begin) {
    if (!begins_[static_cast<uint8_t>(text[begin])]) continue;
    for (const std::size_t size : sizes_) {
      if (size > text.size() - begin) continue;
      const auto found = places_.find(text.substr(begin, size));
      if (found != places_.end()) return {begin, begin + size, &tokens_[found->second]};
    }
  }
  return {};
}

bool TokenFinder::split(std::string_view utf8, const TakeText& text, const TakeToken& token) const {
  std::size_t done = 0;
  for (Match match = next(utf8, 0); match.token != nullptr; match = next(utf8, match.end)) {
    const AddedToken& found = *match.token;
    if (found.singleWord && touchesWord(utf8, match.begin, match.end)) continue;
    const std::size_t begin =
        found.leftStrip ? std::max(done, spaceBefore(utf8, match.begin)) : match.begin;
    if (done < begin && !text(utf8.substr(done, begin - done))) return false;
    if (!token(found.id)) return false;
    done = found.rightStrip ? spaceBehind(utf8, match.end) : match.end;
  }
  return done >= utf8.size() || text(utf8.substr(done));
}

}  // namespace intformer::tokenizer
