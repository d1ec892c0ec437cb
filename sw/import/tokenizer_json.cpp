#include "sw/import/tokenizer_json.hpp"

#include <fmt/format.h>

#include "sw/import/folder_keys.hpp"
#include "sw/import/joined.hpp"

namespace intformer::importer {
namespace {

using nlohmann::json;

/// A part of the file as an object with known keys; none where it is missing or null.
std::optional<JsonPart> part(const JsonFile& file, const char* key,
                             std::vector<std::string>& notes) {
  const json value = file.at(key);
  if (value.is_null()) return std::nullopt;
  if (!value.is_object()) file.refuse(key, "must be an object, got " + value.dump());
  const std::string path = fmt::format("{}: {}", file.path(), key);
  requireKeys(fmt::format("tokenizer.json {}", key), value, path, notes);
  return JsonPart(path, value);
}

std::vector<std::string> vocabularyOf(const JsonPart& model) {
  const json map = model.at("vocab");
  if (!map.is_object() || map.empty()) model.refuse("vocab", "must name an id per piece");
  std::vector<std::string> pieces(map.size());
  std::vector<bool> taken(map.size());
  for (const auto& [piece, id] : map.items()) {
    if (!id.is_number_unsigned() || id >= map.size() || taken[id.get<std::size_t>()])
      model.refuse("vocab", fmt::format("{} has id {}; the ids of {} pieces must be 0 to {}, each "
                                        "once",
                                        json(piece).dump(), id.dump(), map.size(), map.size() - 1));
    taken[id.get<std::size_t>()] = true;
    pieces[id.get<std::size_t>()] = piece;
  }
  return pieces;
}

/// A template's names: special tokens by theirs, texts as "A" and "B"; with segments, "A:0".
std::vector<std::string> templateOf(const JsonPart& processor, const char* key) {
  std::vector<std::string> names;
  for (const json& entry : processor.at(key)) {
    const bool text = entry.is_object() && entry.contains("Sequence");
    const json item =
        !entry.is_object() ? json() : entry.value(text ? "Sequence" : "SpecialToken", json());
    if (!item.is_object() || !item.value("id", json()).is_string())
      processor.refuse(key, "an entry is not a text or a special token: " + entry.dump());
    names.push_back(
        fmt::format("{}:{}", item["id"].get<std::string>(), item.value("type_id", json()).dump()));
  }
  return names;
}

/// Checks that `name` stands for one token, itself, and that the vocabulary agrees.
void checkToken(const JsonPart& processor, const TokenizerJson& all, const std::string& name,
                const json& id) {
  if (!all.vocabulary || !id.is_number_unsigned() || id >= all.vocabulary->size() ||
      (*all.vocabulary)[id.get<std::size_t>()] != name)
    processor.refuse(name,
                     fmt::format("has id {}, which is another piece of the vocabulary", id.dump()));
}

void readTemplate(const JsonPart& processor, TokenizerJson& all) {
  const std::vector<std::string> single = templateOf(processor, "single");
  const auto named = [](const std::string& text) { return text.substr(0, text.rfind(':')); };
  if (single.size() != 3 || single[1] != "A:0" || !single[0].ends_with(":0") ||
      !single[2].ends_with(":0"))
    processor.refuse("single",
                     fmt::format("must be [CLS]:0 A:0 [SEP]:0, got {}", joined(single, " ")));
  all.begin = named(single[0]);
  all.end = named(single[2]);
  const std::vector<std::string> pair = templateOf(processor, "pair");
  const std::vector<std::string> wanted = {single[0], "A:0", single[2], "B:1", *all.end + ":1"};
  if (pair != wanted)
    processor.refuse("pair",
                     fmt::format("must be {}, got {}", joined(wanted, " "), joined(pair, " ")));
  for (const std::string& name : {*all.begin, *all.end}) {
    const json token = processor.at("special_tokens").value(name, json());
    const json ids = token.is_object() ? token.value("ids", json()) : json();
    checkToken(processor, all, name, ids.is_array() && ids.size() == 1 ? ids[0] : json());
  }
}

/// The older form: "cls": ["[CLS]", 101].
void readBertProcessing(const JsonPart& processor, TokenizerJson& all) {
  const auto read = [&](const char* key) {
    const json pair = processor.at(key);
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string())
      processor.refuse(key, "must be a name and an id, got " + pair.dump());
    checkToken(processor, all, pair[0].get<std::string>(), pair[1]);
    return pair[0].get<std::string>();
  };
  all.begin = read("cls");
  all.end = read("sep");
}

void checkDirection(const JsonFile& file, const char* key) {
  const json value = file.at(key);
  if (!value.is_object()) return;
  const json direction = value.value("direction", json("Right"));
  if (direction != "Right")
    file.refuse(key, fmt::format("direction: must be \"Right\", got {}: texts are cut at their end "
                                 "and not padded",
                                 direction.dump()));
}

}  // namespace

TokenizerJson readTokenizerJson(const JsonFile& file, std::vector<std::string>& notes) {
  TokenizerJson all;
  if (!file.exists()) return all;
  requireKeys("tokenizer.json", file.object(), file.path(), notes);
  checkDirection(file, "truncation");
  checkDirection(file, "padding");
  if (const auto model = part(file, "model", notes)) {
    all.vocabulary = vocabularyOf(*model);
    all.unknown = model->text("unk_token");
  }
  if (const auto normalizer = part(file, "normalizer", notes)) {
    all.rules.emplace();
    all.rules->lowerCase = normalizer->flag("lowercase").value_or(true);
    all.rules->stripAccents = normalizer->flag("strip_accents");
    all.rules->splitChinese = normalizer->flag("handle_chinese_chars").value_or(true);
  }
  all.splitsWords = part(file, "pre_tokenizer", notes).has_value();
  if (const auto processor = part(file, "post_processor", notes)) {
    if (processor->at("type") == "BertProcessing")
      readBertProcessing(*processor, all);
    else
      readTemplate(*processor, all);
  }
  return all;
}

}  // namespace intformer::importer
