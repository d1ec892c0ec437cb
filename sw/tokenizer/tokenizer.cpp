#include "sw/tokenizer/tokenizer.hpp"

#include <fmt/format.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <limits>
#include <set>

#include "sw/files/files.hpp"
#include "sw/tokenizer/words.hpp"

namespace intformer::tokenizer {

using files::ImportError;

namespace {

constexpr std::size_t kMaxWordCharacters = 100;  // longer words are unknown
constexpr uint64_t kMaxFileBytes = uint64_t{1} << 30;
constexpr std::size_t kMaxFaults = 10;           // that are named
constexpr std::string_view kContinues = "##";

bool isUtf8(std::string_view text) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  UChar32 c = 0;
  for (std::size_t i = 0; i < text.size() && c >= 0;) U8_NEXT(bytes, i, text.size(), c);
  return c >= 0;
}

WordRules rulesOf(const TokenizerOptions& options) {
  return {options.lowerCase, options.stripAccents.value_or(options.lowerCase),
          options.splitChinese};
}

}  // namespace

std::vector<std::string> readVocabulary(const std::string& path) {
  const files::FileBytes bytes = files::readWhole(path, kMaxFileBytes);
  std::string_view rest = bytes.text();
  if (rest.starts_with("\xEF\xBB\xBF"))
    throw ImportError(path +
                      ": begins with a byte order mark (EF BB BF), which would be part of "
                      "the first piece; save it as plain UTF-8");
  std::vector<std::string> vocabulary;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    vocabulary.emplace_back(line.substr(0, spaceBefore(line, line.size())));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  return vocabulary;
}

Tokenizer::Tokenizer(std::vector<std::string> vocabulary, TokenizerOptions options)
    : vocabulary_(std::move(vocabulary)), options_(std::move(options)) {
  index();
}

Tokenizer Tokenizer::fromFile(const std::string& vocabPath, TokenizerOptions options) {
  std::vector<std::string> vocabulary = readVocabulary(vocabPath);
  try {
    return Tokenizer(std::move(vocabulary), std::move(options));
  } catch (const ImportError& error) {
    throw ImportError(fmt::format("{}: {}", vocabPath, error.what()));
  }
}

void Tokenizer::index() {
  if (vocabulary_.empty()) throw ImportError("the vocabulary is empty");
  std::vector<std::string> faults;
  if (options_.maxTokens < 2)
    faults.push_back(
        fmt::format("at most {} tokens are asked for, [CLS] and [SEP] need 2", options_.maxTokens));
  for (uint32_t id = 0; id < vocabulary_.size() && faults.size() < kMaxFaults; ++id) {
    const std::string& piece = vocabulary_[id];
    const auto [place, added] = first_.emplace(piece, id);
    if (!isUtf8(piece))
      faults.push_back(fmt::format("piece {} is not UTF-8", id));
    else if (!added)
      faults.push_back(
          fmt::format("piece {} \"{}\" is a duplicate of piece {}", id, piece, place->second));
    if (piece.size() > kContinues.size() && piece.starts_with(kContinues))
      later_.emplace(piece.substr(kContinues.size()), id);
    longestPiece_ = std::max(longestPiece_, piece.size());
  }
  const auto require = [&](const std::string& name, uint32_t& id) {
    const auto found = first_.find(name);
    const auto added = std::ranges::find(options_.added, name, &AddedToken::content);
    if (found != first_.end())
      id = found->second;
    else if (added != options_.added.end())
      id = added->id;
    else if (faults.size() < kMaxFaults)
      faults.push_back(fmt::format("the vocabulary lacks the piece {}", name));
  };
  require(options_.special.begin, begin_);
  require(options_.special.end, end_);
  require(options_.special.unknown, unknown_);
  indexAdded(faults);
  if (faults.empty()) return;
  std::string text;
  for (const std::string& fault : faults) text += (text.empty() ? "" : "\n") + fault;
  throw ImportError(text);
}

void Tokenizer::indexAdded(std::vector<std::string>& faults) {
  const auto add = [&](const AddedToken& token) {
    std::string pattern =
        token.normalized ? cleaned(token.content, rulesOf(options_)) : token.content;
    if (pattern.empty())
      faults.push_back(fmt::format("added token \"{}\" has no character", token.content));
    else if (!(token.normalized ? cleaned_ : raw_).add(pattern, token))
      faults.push_back(fmt::format("two added tokens are \"{}\" in a text", pattern));
  };
  std::set<std::string_view> names;
  for (const AddedToken& token : options_.added) {
    if (faults.size() >= kMaxFaults) return;
    names.insert(token.content);
    const auto found = first_.find(token.content);
    const std::size_t id = found != first_.end() ? found->second : size();
    if (token.id != id)
      faults.push_back(fmt::format("added token \"{}\" has id {}, its place is {}", token.content,
                                   token.id, id));
    if (found == first_.end()) behind_.push_back(token.content);
    add(token);
  }
  const SpecialTokens& special = options_.special;
  for (const std::string* name :
       {&special.begin, &special.end, &special.unknown, &special.padding, &special.mask}) {
    const auto found = first_.find(*name);
    if (found != first_.end() && names.insert(*name).second)
      add({.content = *name, .id = found->second});
  }
}

const std::string& Tokenizer::piece(uint32_t id) const {
  return id < vocabulary_.size() ? vocabulary_[id] : behind_.at(id - vocabulary_.size());
}

std::vector<uint32_t> Tokenizer::encode(std::string_view utf8) const {
  const std::size_t most = options_.maxTokens - 1;  // before [SEP]
  std::vector<uint32_t> ids = {begin_};
  if (options_.prompt.empty())
    addText(utf8, most, ids);
  else
    addText(options_.prompt + std::string(utf8), most, ids);
  ids.resize(std::min(ids.size(), most));
  ids.push_back(end_);
  return ids;
}

std::vector<uint32_t> Tokenizer::pieces(std::string_view utf8) const {
  std::vector<uint32_t> ids;
  addText(utf8, std::numeric_limits<std::size_t>::max(), ids);
  return ids;
}

void Tokenizer::addText(std::string_view utf8, std::size_t most, std::vector<uint32_t>& ids) const {
  const WordRules rules = rulesOf(options_);
  const TakeWord word = [&](std::string_view text, std::size_t characters) {
    addWord(text, characters, ids);
    return ids.size() < most;
  };
  const TokenFinder::TakeToken token = [&](uint32_t id) {
    ids.push_back(id);
    return ids.size() < most;
  };
  const TokenFinder::TakeText cleanWords = [&](std::string_view text) {
    return splitWords(text, kAsTheyAre, word);
  };
  raw_.split(
      utf8,
      [&](std::string_view text) {
        return cleaned_.empty() ? splitWords(text, rules, word)
                                : cleaned_.split(cleaned(text, rules), cleanWords, token);
      },
      token);
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
    const IdsByText& pieces = ids.size() == before ? first_ : later_;
    std::size_t size = std::min(word.size(), longestPiece_);
    auto found = pieces.find(word.substr(0, size));
    while (found == pieces.end() && size > 1) found = pieces.find(word.substr(0, --size));
    if (found == pieces.end()) return giveUp();
    ids.push_back(found->second);
    word.remove_prefix(size);
  }
}

}  // namespace intformer::tokenizer
