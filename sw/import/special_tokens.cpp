#include "sw/import/special_tokens.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <unordered_map>

#include "sw/import/folder_keys.hpp"
#include "sw/import/joined.hpp"

namespace intformer::importer {

using files::ImportError;
using tokenizer::AddedToken;

namespace {

using nlohmann::json;

/// In the order in which the published library gives them ids.
constexpr std::array kNamed = {"bos_token", "eos_token", "unk_token", "sep_token",
                               "pad_token", "cls_token", "mask_token"};

struct FoundToken {
  AddedToken token;
  std::optional<uint32_t> id;
  std::string where;
};

std::string describe(const AddedToken& token) {
  return fmt::format("single_word {}, lstrip {}, rstrip {}, normalized {}", token.singleWord,
                     token.leftStrip, token.rightStrip, token.normalized);
}

/// A special token without one of the known names.
struct Other {
  std::string content, where;
  bool late = false;  ///< see addNames
};

bool isTokenKey(const std::string& key) {
  return key.ends_with("_token") && key != "add_bos_token" && key != "add_eos_token";
}

class Gatherer {
 public:
  Gatherer(const std::vector<std::string>& vocabulary, std::vector<std::string>& notes)
      : notes_(notes), size_(vocabulary.size()) {
    for (uint32_t id = 0; id < vocabulary.size(); ++id) ids_.emplace(vocabulary[id], id);
  }

  /// tokenizer_config.json's added_tokens_decoder: objects by id.
  void addDecoder(const JsonFile& file) {
    const json decoder = file.at("added_tokens_decoder");
    if (!decoder.is_null() && !decoder.is_object())
      file.refuse("added_tokens_decoder", "must be an object");
    for (const auto& [key, value] : decoder.items()) {
      uint32_t id = 0;
      const auto end = std::from_chars(key.data(), key.data() + key.size(), id);
      if (end.ec != std::errc() || end.ptr != key.data() + key.size())
        file.refuse("added_tokens_decoder", fmt::format("\"{}\" is not an id", key));
      add(tokenOf(value, file.path() + ": added_tokens_decoder"), id, file.path());
    }
  }
  /// tokenizer.json's added_tokens: objects with ids.
  void addPipeline(const JsonFile& file) {
    const json tokens = file.at("added_tokens");
    if (!tokens.is_null() && !tokens.is_array()) file.refuse("added_tokens", "must be an array");
    for (const json& value : tokens) {
      const AddedToken token = tokenOf(value, file.path() + ": added_tokens");
      const json id = value.value("id", json());
      if (!id.is_number_unsigned() || id > ~0U)
        file.refuse("added_tokens", fmt::format("\"{}\" has no id", token.content));
      add(token, id.get<uint32_t>(), file.path());
    }
  }
  /// Special tokens, of which one file may say the name and the other more. `fromMap`: the file is
  /// special_tokens_map.json, whose additional_special_tokens the published library (transformers
  /// 5) reads only after it has made added_tokens.json's tokens.
  void addNames(const JsonFile& file, bool fromMap) {
    for (const auto& [key, value] : file.object().items()) {
      const bool many = key == "additional_special_tokens" || key == "extra_special_tokens";
      if (value.is_null() || !(many || isTokenKey(key))) continue;
      if (!many) {
        addName(key, value, file, false);
        continue;
      }
      if (!value.is_array() && !value.is_object()) file.refuse(key, "must be an array");
      const bool late = fromMap && key == "additional_special_tokens";
      for (const auto& [place, token] : value.items()) addName(key, token, file, late);
    }
  }
  /// added_tokens.json: ids by content, of tokens about which the other files may say more.
  void addIds(const JsonFile& file) {
    for (const auto& [content, id] : file.object().items()) {
      if (!id.is_number_unsigned() || id > ~0U)
        file.refuse(content, "must be an id, got " + id.dump());
      AddedToken token{.content = content};
      const auto found = tokens_.find(content);
      token.normalized = found == tokens_.end() && !isNamed(content);
      if (found != tokens_.end()) token = found->second.token;
      add(token, id.get<uint32_t>(), file.path());
    }
  }

  /// The name that the files give; empty: none.
  std::string named(const std::string& key) const {
    const auto found = named_.find(key);
    return found == named_.end() ? "" : found->second.first;
  }

  /// All tokens with their ids, those without one behind the others. `assumed`: names of special
  /// tokens by key that no file gives.
  std::vector<AddedToken> finish(const std::map<std::string, std::string>& assumed, uint32_t rows) {
    std::vector<AddedToken> all;
    std::vector<FoundToken> behind;
    for (const auto& [content, found] : tokens_) {
      if (!found.id) continue;
      AddedToken token = found.token;
      token.id = *found.id;
      if (ids_.contains(content))
        all.push_back(token);
      else
        behind.push_back({token, token.id, found.where});
    }
    std::ranges::sort(behind, {}, [](const FoundToken& found) { return found.token.id; });
    for (const FoundToken& found : behind) all.push_back(found.token);
    next_ = static_cast<uint32_t>(size_ + behind.size());
    for (const char* key : kNamed) {
      const auto name = named_.find(key);
      if (name != named_.end())
        addNext(name->second.first, name->second.second, rows, all);
      else if (const auto found = assumed.find(key); found != assumed.end())
        addNext(found->second, "", rows, all);
    }
    for (const Other& other : others_) addNext(other.content, other.where, rows, all);
    return all;
  }

 private:
  AddedToken tokenOf(const json& value, const std::string& where) {
    if (!value.is_object() || !value.value("content", json()).is_string())
      throw ImportError(fmt::format("{}: a token is not an object with content", where));
    requireKeys("added token", value, where, notes_);
    const JsonPart object(where, value);
    AddedToken token{.content = *object.text("content")};
    token.singleWord = object.flag("single_word").value_or(false);
    token.leftStrip = object.flag("lstrip").value_or(false);
    token.rightStrip = object.flag("rstrip").value_or(false);
    token.normalized = object.flag("normalized").value_or(!object.flag("special").value_or(false));
    return token;
  }

  void add(const AddedToken& token, std::optional<uint32_t> id, const std::string& where) {
    const auto [place, isNew] = tokens_.emplace(token.content, FoundToken{token, id, where});
    FoundToken& before = place->second;
    if (isNew) return;
    if (!(before.token == token))
      throw ImportError(fmt::format("{}: token \"{}\": {}; but {}: {}; say the same in both", where,
                                    token.content, describe(token), before.where,
                                    describe(before.token)));
    if (id && before.id && id != before.id)
      throw ImportError(fmt::format("{}: token \"{}\" has id {}, in {} it has {}", where,
                                    token.content, *id, before.where, *before.id));
    if (id) before.id = id;
  }

  void addName(const std::string& key, const json& value, const JsonFile& file, bool late) {
    AddedToken token;
    if (value.is_string()) {
      token.content = value.get<std::string>();
    } else {
      json special = value;  // whatever it says: this place makes it one
      if (special.is_object()) special["special"] = true;
      token = tokenOf(special, fmt::format("{}: {}", file.path(), key));
      add(token, std::nullopt, file.path());
    }
    if (std::ranges::find(kNamed, key) == kNamed.end()) {
      if (!isNamed(token.content)) others_.push_back({token.content, file.path(), late});
      return;
    }
    const auto [place, isNew] = named_.emplace(key, std::pair(token.content, file.path()));
    if (!isNew && place->second.first != token.content)
      file.refuse(key, fmt::format("is \"{}\", in {} it is \"{}\"; say the same in both",
                                   token.content, place->second.second, place->second.first));
  }

  [[nodiscard]] bool isNamed(const std::string& content) const {
    return std::ranges::any_of(named_,
                               [&](const auto& name) { return name.second.first == content; }) ||
           std::ranges::any_of(others_, [&](const Other& other) {
             return other.content == content && !other.late;
           });
  }

  /// A special token that may have an id already, be a piece, or take the next row; `where` is
  /// empty for one that no file names.
  void addNext(const std::string& content, const std::string& where, uint32_t rows,
               std::vector<AddedToken>& all) {
    if (std::ranges::any_of(all, [&](const AddedToken& token) { return token.content == content; }))
      return;
    const auto found = tokens_.find(content);
    AddedToken token =
        found == tokens_.end() ? AddedToken{.content = content} : found->second.token;
    if (const auto piece = ids_.find(content); piece != ids_.end()) {
      token.id = piece->second;
    } else if (next_ < rows) {
      token.id = next_++;
    } else if (where.empty()) {
      notes_.push_back(
          fmt::format("the vocabulary lacks {}: in a text it is cut into pieces", content));
      return;
    } else {
      throw ImportError(
          fmt::format("{}: special token \"{}\" is not in the vocabulary, and its id "
                      "{} is no row of the table of words, which has {}",
                      where, content, next_, rows));
    }
    all.push_back(token);
  }

  std::vector<std::string>& notes_;
  std::size_t size_ = 0;  // of the vocabulary
  std::unordered_map<std::string, uint32_t> ids_;
  std::map<std::string, FoundToken> tokens_;                          // by content
  std::map<std::string, std::pair<std::string, std::string>> named_;  // key: content, file
  std::vector<Other> others_;
  uint32_t next_ = 0;
};

}  // namespace

void readSpecialTokens(const TokenFiles& files, const std::vector<std::string>& vocabulary,
                       uint32_t rows, tokenizer::TokenizerOptions& options,
                       std::vector<std::string>& notes) {
  Gatherer gatherer(vocabulary, notes);
  gatherer.addDecoder(files.settings);
  gatherer.addPipeline(files.pipeline);
  gatherer.addNames(files.settings, false);
  gatherer.addNames(files.map, true);
  gatherer.addIds(files.added);
  tokenizer::SpecialTokens& special = options.special;
  std::map<std::string, std::string> assumed;
  for (const auto& [key, name] :
       std::map<std::string, std::string*>{{"cls_token", &special.begin},
                                           {"sep_token", &special.end},
                                           {"unk_token", &special.unknown},
                                           {"pad_token", &special.padding},
                                           {"mask_token", &special.mask}}) {
    const std::string given = gatherer.named(key);
    if (!given.empty() || name->empty())
      *name = given;
    else if (key == "pad_token" || key == "mask_token")  // the others must be in the vocabulary
      assumed[key] = *name;
  }
  options.added = gatherer.finish(assumed, rows);
  const std::array names = {special.begin, special.end, special.unknown, special.padding,
                            special.mask};
  std::vector<std::string> others;
  for (const AddedToken& token : options.added)
    if (std::ranges::find(names, token.content) == names.end())
      others.push_back(fmt::format("{} ({})", token.content, token.id));
  constexpr std::size_t kMost = 8;
  const std::size_t left = others.size() - std::min(kMost, others.size());
  others.resize(std::min(kMost, others.size()));
  if (!others.empty())
    notes.push_back(fmt::format("added tokens: {}{}", joined(others, " "),
                                left == 0 ? "" : fmt::format(" and {} more", left)));
}

}  // namespace intformer::importer
