#include "tests/fuzz/mutate.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace intformer::fuzz {
namespace {

constexpr std::size_t kReach = 8192;  ///< where headers, JSON and the like lie
/// Ends of the ranges that numbers have here and there.
constexpr std::array<const char*, 18> kNumbers = {
    "0",     "-1",         "1",          "2",           "3",          "255",
    "65535", "65536",      "1048577",    "2147483647",  "2147483648", "4294967295",
    "1e999", "4294967296", "1e-999",     "-2147483649", "0.5",        "18446744073709551615"};

class Mutation {
 public:
  Mutation(std::string text, std::span<const std::string> dictionary, std::mt19937_64& random)
      : text_(std::move(text)), dictionary_(dictionary), random_(random) {}

  void apply() {
    switch (below(9)) {
      case 0: if (!text_.empty()) text_[place()] ^= static_cast<char>(1 << below(8)); break;
      case 1: if (!text_.empty()) text_[place()] = static_cast<char>(below(256)); break;
      case 2: replaceNumber(); break;
      case 3: insert(dictionary_.empty() ? "{" : dictionary_[below(dictionary_.size())]); break;
      case 4: text_.erase(place(), 1 + below(16)); break;
      case 5: insert(text_.substr(place(), 1 + below(64))); break;
      case 6: text_.resize(below(text_.size() + 1)); break;
      case 7: insert(std::string(std::size_t{1} << below(14), "[{\"(a\n0 \xcc"[below(9)])); break;
      default: swapWords(); break;
    }
  }
  std::string take() { return std::move(text_); }

 private:
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }
  std::size_t place() { return below(std::min(text_.size(), kReach)); }
  void insert(const std::string& piece) { text_.insert(place(), piece); }

  /// One of the numbers that stand in the text becomes another.
  void replaceNumber() {
    const std::size_t at = text_.find_first_of("0123456789", place());
    if (at == std::string::npos) return;
    std::size_t end = at;
    while (end < text_.size() && std::isdigit(static_cast<unsigned char>(text_[end]))) ++end;
    text_.replace(at, end - at, kNumbers[below(kNumbers.size())]);
  }
  void swapWords() {
    const std::size_t size = 1 + below(24), a = place(), b = place();
    if (std::max(a, b) + size > text_.size() || a + size > b) return;
    std::swap_ranges(text_.begin() + static_cast<std::ptrdiff_t>(a),
                     text_.begin() + static_cast<std::ptrdiff_t>(a + size),
                     text_.begin() + static_cast<std::ptrdiff_t>(b));
  }

  std::string text_;
  std::span<const std::string> dictionary_;
  std::mt19937_64& random_;
};

}  // namespace

std::string mutated(std::string text, std::span<const std::string> dictionary,
                    std::mt19937_64& random) {
  Mutation mutation(std::move(text), dictionary, random);
  for (std::size_t changes = 1 + random() % 4; changes != 0; --changes) mutation.apply();
  return mutation.take();
}

}  // namespace intformer::fuzz
