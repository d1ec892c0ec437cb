#include "gen/leaves.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <string_view>

namespace intformer {
namespace {

/// All identifiers outside of comments: a leaf whose name is not among them is not instantiated.
std::set<std::string, std::less<>> identifiers(std::string_view text) {
  const auto inWord = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  std::set<std::string, std::less<>> words;
  for (std::size_t i = 0; i < text.size();) {
    if (text.substr(i, 2) == "//") {
      i = std::min(text.find('\n', i), text.size());
    } else if (inWord(text[i])) {
      const std::size_t begin = i;
      while (i < text.size() && inWord(text[i])) ++i;
      words.emplace(text.substr(begin, i - begin));
    } else {
      ++i;
    }
  }
  return words;
}

}  // namespace

std::vector<EmittedFile> usedLeaves(std::span<const EmittedFile> files) {
  std::vector<std::string_view> pending;
  for (const auto& file : files) pending.push_back(file.text);
  std::set<std::string, std::less<>> used;
  while (!pending.empty()) {
    const auto words = identifiers(pending.back());
    pending.pop_back();
    for (const auto& leaf : allLeaves())
      if (words.contains(leaf.module) && used.insert(leaf.module).second)
        pending.push_back(leaf.text);
  }
  std::vector<EmittedFile> result;
  for (const auto& leaf : allLeaves())
    if (used.contains(leaf.module)) result.push_back({"leaves/" + leaf.module + ".sv", leaf.text});
  return result;
}

}  // namespace intformer
