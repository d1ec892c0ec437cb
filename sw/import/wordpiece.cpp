#include "sw/import/wordpiece.hpp"

#include <fmt/format.h>

#include <fstream>

namespace intformer {
namespace {

constexpr std::size_t kMaxWordBytes = 100;  // longer words are unknown, as in BERT

bool isSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool isPunctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
         (c >= '{' && c <= '~');
}
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

Wordpiece::Wordpiece(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw ImportError(path + ": cannot be opened");
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    ids_.emplace(line, static_cast<uint32_t>(pieces_.size()));
    pieces_.push_back(std::move(line));
  }
  for (const auto& [name, id] : {std::pair{"[UNK]", &unknown_}, std::pair{"[CLS]", &begin_},
                                 std::pair{"[SEP]", &end_}}) {
    const auto found = ids_.find(name);
    if (found == ids_.end()) throw ImportError(fmt::format("{}: lacks the piece {}", path, name));
    *id = found->second;
  }
}

std::vector<uint32_t> Wordpiece::encode(std::string_view text) const {
  std::vector<uint32_t> ids = {begin_};
  std::string word;
  const auto flush = [&] {
    if (!word.empty()) encodeWord(word, ids);
    word.clear();
  };
  for (const char c : text) {
    if (isSpace(c)) {
      flush();
    } else if (isPunctuation(c)) {
      flush();
      encodeWord(std::string(1, c), ids);
    } else {
      word += lower(c);
    }
  }
  flush();
  ids.push_back(end_);
  return ids;
}

void Wordpiece::encodeWord(const std::string& word, std::vector<uint32_t>& ids) const {
  std::vector<uint32_t> pieces;
  for (std::size_t begin = 0; begin < word.size();) {
    std::size_t end = word.size();
    auto found = ids_.end();
    for (; end > begin && word.size() <= kMaxWordBytes; --end) {
      found = ids_.find((begin > 0 ? "##" : "") + word.substr(begin, end - begin));
      if (found != ids_.end()) break;
    }
    if (found == ids_.end()) {  // one part unknown: the whole word is
      ids.push_back(unknown_);
      return;
    }
    pieces.push_back(found->second);
    begin = end;
  }
  ids.insert(ids.end(), pieces.begin(), pieces.end());
}

}  // namespace intformer
