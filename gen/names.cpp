#include "gen/names.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>

namespace intformer {
namespace {

constexpr std::string_view kProject = "intformer_";

bool inWord(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$';
}

std::string stemOf(const EmittedFile& file) {
  return std::filesystem::path(file.path).stem().string();
}

/// Behind what begins at `at` and ends with `end`, or behind the text.
std::size_t behind(std::string_view text, std::size_t at, std::string_view end) {
  const std::size_t found = text.find(end, at);
  return found == std::string_view::npos ? text.size() : found + end.size();
}

}  // namespace

std::vector<Word> wordsOf(std::string_view text) {
  std::vector<Word> words;
  WordPlace place = WordPlace::Code;
  std::size_t placeEnd = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (i >= placeEnd) place = WordPlace::Code;
    if (inWord(text[i])) {
      const std::size_t begin = i;
      while (i < text.size() && inWord(text[i])) ++i;
      words.push_back({text.substr(begin, i - begin), begin, place});
      continue;
    }
    if (place == WordPlace::Code) {
      if (text.substr(i, 2) == "//") {
        place = WordPlace::Comment;
        placeEnd = behind(text, i, "\n");
      } else if (text[i] == '"') {
        place = WordPlace::String;
        placeEnd = behind(text, i + 1, "\"");
      }
    }
    ++i;
  }
  return words;
}

DeviceNames::DeviceNames(std::string device, std::span<const EmittedFile> sources)
    : device_(std::move(device)) {
  for (const auto& source : sources) defined_.insert(stemOf(source));
}

std::string DeviceNames::nameOf(std::string_view word) const {
  if (word.starts_with(kProject)) word.remove_prefix(kProject.size());
  return device_ + '_' + std::string(word);
}

EmittedFile DeviceNames::copyOf(const EmittedFile& source) const {
  const std::filesystem::path path = source.path;
  const std::string file = nameOf(stemOf(source)) + path.extension().string();
  EmittedFile copy{(path.parent_path() / file).generic_string(), {}};
  std::size_t done = 0;
  for (const Word& word : wordsOf(source.text)) {
    const bool named = word.place == WordPlace::Code ||
                       (word.place == WordPlace::Comment && word.text.find('_') != word.text.npos);
    if (!named || !defined_.contains(word.text)) continue;
    copy.text += source.text.substr(done, word.begin - done) + nameOf(word.text);
    done = word.begin + word.text.size();
  }
  copy.text += source.text.substr(done);
  return copy;
}

}  // namespace intformer
