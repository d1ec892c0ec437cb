#include "sw/tokenizer/tokenizer.hpp"

#include <fmt/format.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <fstream>

#include "sw/tokenizer/words.hpp"

namespace intformer {
namespace {

constexpr std::size_t kMaxWordCharacters = 100;  // longer words are unknown
constexpr std::size_t kMaxFaults = 10;           // that are named
constexpr std::string_view kContinues = "##";

bool isUtf8(std::string_view text) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  UChar32 c = 0;
  for (std::size_t i = 0; i < text.size() && c >= 0;) U8_NEXT(bytes, i, text.size(), c);
  return c >= 0;
}

}  // namespace

Tokenizer::Tokenizer(std::vector<std::string> vocabulary, TokenizerOptions options)
    : vocabulary_(std::move(vocabulary)), options_(options) {
  index();
}

Tokenizer Tokenizer::fromFile(const std::string& vocabPath, TokenizerOptions options) {
  std::ifstream file(vocabPath);
  if (!file) throw ImportError(vocabPath + ": cannot be opened");
  std::vector<std::string> vocabulary;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    vocabulary.push_back(std::move(line));
  }
  if (file.bad()) throw ImportError(vocabPath + ": cannot be read");
  try {
    return Tokenizer(std::move(vocabulary), options);
  } catch (const ImportError& error) {
    throw ImportError(fmt::format("{}: {}", vocabPath, error.what()));
  }
}

void Tokenizer::index() {
  if (vocabulary_.empty()) throw ImportError("the vocabulary is empty");
  std::vector<std::string> faults;
  if (options_.maxTokens < 2)
    faults.push_back(fmt::format("at most {} tokens are asked for, [CLS] and [SEP] need 2",
                                 options_.maxTokens));
  for (uint32_t id = 0; id < vocabulary_.size() && faults.size() < kMaxFaults; ++id) {
    const std::string& piece = vocabulary_[id];
    const auto [place, added] = first_.emplace(piece, id);
    if (!isUtf8(piece))
      faults.push_back(fmt::format("piece {} is not UTF-8", id));
    else if (!added)
      faults.push_back(fmt::format("piece {} \"{}\" is a duplicate of piece {}", id, piece,
                                   place->second));
    if (piece.size() > kContinues.size() && piece.starts_with(kContinues))
      later_.emplace(piece.substr(kContinues.size()), id);
    longestPiece_ = std::max(longestPiece_, piece.size());
  }
  const auto find = [&](const char* name, uint32_t* id) {
    const auto found = first_.find(std::string_view(name));
    if (found != first_.end()) {
      special_.emplace_back(name, found->second);
      if (id != nullptr) *id = found->second;
    } else if (id != nullptr && faults.size() < kMaxFaults) {
      faults.push_back(fmt::format("the vocabulary lacks the piece {}", name));
    }
  };
  find("[CLS]", &begin_);
  find("[SEP]", &end_);
  find("[UNK]", &unknown_);
  find("[PAD]", nullptr);
  find("[MASK]", nullptr);
  if (faults.empty()) return;
  std::string text;
  for (const std::string& fault : faults) text += (text.empty() ? "" : "\n") + fault;
  throw ImportError(text);
}

const std::pair<std::string, uint32_t>* Tokenizer::specialAt(std::string_view text) const {
  const auto found = std::find_if(special_.begin(), special_.end(),
                                  [&](const auto& token) { return text.starts_with(token.first); });
  return found == special_.end() ? nullptr : &*found;
}

std::vector<uint32_t> Tokenizer::encode(std::string_view utf8) const {
  const std::size_t most = options_.maxTokens - 1;  // before [SEP]
  const WordRules rules = {options_.lowerCase, options_.stripAccents.value_or(options_.lowerCase),
                           options_.splitChinese};
  std::vector<uint32_t> ids = {begin_};
  const TakeWord take = [&](std::string_view word, std::size_t characters) {
    addWord(word, characters, ids);
    return ids.size() < most;
  };
  for (std::size_t begin = 0; begin < utf8.size() && ids.size() < most;) {
    std::size_t end = utf8.find('[', begin);
    const std::pair<std::string, uint32_t>* special = nullptr;
    while (end != std::string_view::npos && !(special = specialAt(utf8.substr(end))))
      end = utf8.find('[', end + 1);
    if (splitWords(utf8.substr(begin, end - begin), rules, take) && special)
      ids.push_back(special->second);
    begin = special ? end + special->first.size() : utf8.size();
  }
  ids.resize(std::min(ids.size(), most));
  ids.push_back(end_);
  return ids;
}

void Tokenizer::addWord(std::string_view word, std::size_t characters,
                        std::vector<uint32_t>& ids) const {
  const std::size_t before = ids.size();
  const auto giveUp = [&] {  // one part unknown: the whole word is
    ids.resize(before);
    ids.push_back(unknown_);
  };
  if (characters > kMaxWordCharacters) return giveUp();
  while (!word.empty()) {
    const Ids& pieces = ids.size() == before ? first_ : later_;
    std::size_t size = std::min(word.size(), longestPiece_);
    auto found = pieces.find(word.substr(0, size));
    while (found == pieces.end() && size > 1) found = pieces.find(word.substr(0, --size));
    if (found == pieces.end()) return giveUp();
    ids.push_back(found->second);
    word.remove_prefix(size);
  }
}

}  // namespace intformer
