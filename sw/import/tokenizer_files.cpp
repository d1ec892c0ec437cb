#include "sw/import/tokenizer_files.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sw/import/folder_keys.hpp"
#include "sw/import/special_tokens.hpp"
#include "sw/import/tokenizer_json.hpp"

namespace intformer::importer {

using files::ImportError;
using tokenizer::TokenizerOptions;

namespace {

namespace fs = std::filesystem;

/// Whose rules count.
enum class TokenizerClass : uint8_t {
  Bert,      ///< BertTokenizer's arguments, in tokenizer_config.json
  Pipeline,  ///< tokenizer.json's
};

TokenizerClass classOf(const JsonFile& settings, const fs::path& folder) {
  const JsonFile config(folder / "config.json");
  const JsonFile& file = settings.text("tokenizer_class") ? settings : config;
  const std::string name = file.text("tokenizer_class").value_or("BertTokenizer");
  if (name == "BertTokenizer" || name == "BertTokenizerFast") return TokenizerClass::Bert;
  if (name == "PreTrainedTokenizerFast" || name == "TokenizersBackend")
    return TokenizerClass::Pipeline;
  file.refuse("tokenizer_class",
              fmt::format("must be BertTokenizer, BertTokenizerFast, PreTrainedTokenizerFast or "
                          "TokenizersBackend, got {}: it cuts texts in another way",
                          name));
}

/// The pieces of vocab.txt, or of tokenizer.json; where there are both they must be the same.
std::vector<std::string> readPieces(const fs::path& folder, const JsonFile& pipeline,
                                    const TokenizerJson& json) {
  const fs::path path = folder / "vocab.txt";
  const bool hasText = fs::exists(path);
  if (!hasText && !json.vocabulary)
    throw ImportError(
        fmt::format("{}: cannot be opened, and there is no tokenizer.json with a "
                    "vocabulary",
                    path.string()));
  if (!hasText) return *json.vocabulary;
  std::vector<std::string> pieces = tokenizer::readVocabulary(path.string());
  if (json.vocabulary && pieces != *json.vocabulary) {
    const auto [a, b] = std::ranges::mismatch(pieces, *json.vocabulary);
    throw ImportError(
        fmt::format("{}: piece {} is another one in {}; remove the file that is not "
                    "the model's",
                    path.string(), a - pieces.begin(), pipeline.path()));
  }
  return pieces;
}

bool stripsAccents(const TokenizerOptions& rules) {
  return rules.stripAccents.value_or(rules.lowerCase);
}

/// Rules of tokenizer_config.json and of tokenizer.json, which may not contradict each other.
void readRules(const JsonFile& settings, const JsonFile& pipeline, const TokenizerJson& json,
               TokenizerClass kind, TokenizerOptions& options) {
  const auto lower = settings.flag("do_lower_case"), strip = settings.flag("strip_accents"),
             chinese = settings.flag("tokenize_chinese_chars");
  if (kind == TokenizerClass::Pipeline) {
    if (!json.rules || !json.splitsWords || !json.begin || !json.vocabulary)
      throw ImportError(
          fmt::format("{}: must have normalizer, pre_tokenizer, post_processor and "
                      "model, as tokenizer_class says that it is the tokenizer",
                      pipeline.path()));
    options.lowerCase = json.rules->lowerCase;
    options.stripAccents = json.rules->stripAccents;
    options.splitChinese = json.rules->splitChinese;
  } else {
    options.lowerCase = lower.value_or(true);
    options.stripAccents = strip;
    options.splitChinese = chinese.value_or(true);
  }
  const auto agree = [&](const char* key, bool here, const char* other, bool there) {
    if (here != there)
      pipeline.refuse("normalizer",
                      fmt::format("{} is {}, but {}: {} is {}{}; say in both what the model was "
                                  "trained with",
                                  other, there, settings.path(), key, here,
                                  settings.at(key).is_null() ? " where it is missing" : ""));
  };
  if (!json.rules) return;
  if (kind == TokenizerClass::Bert || lower)
    agree("do_lower_case", lower.value_or(true), "lowercase", json.rules->lowerCase);
  if (kind == TokenizerClass::Bert || chinese)
    agree("tokenize_chinese_chars", chinese.value_or(true), "handle_chinese_chars",
          json.rules->splitChinese);
  if (kind == TokenizerClass::Bert || strip)
    agree("strip_accents", strip.value_or(options.lowerCase), "strip_accents",
          stripsAccents(*json.rules));
}

/// Names that tokenizer.json gives its special tokens must be those that stand for them.
void checkNames(const JsonFile& pipeline, const TokenizerJson& json,
                const TokenizerOptions& options) {
  const auto agree = [&](const char* key, const std::optional<std::string>& name,
                         const std::string& wanted) {
    if (name && *name != wanted)
      pipeline.refuse(key, fmt::format("names {}, but the special token is {} by "
                                       "tokenizer_config.json and special_tokens_map.json",
                                       *name, wanted));
  };
  agree("post_processor", json.begin, options.special.begin);
  agree("post_processor", json.end, options.special.end);
  agree("model: unk_token", json.unknown, options.special.unknown);
}

/// sentence-transformers' max_seq_length goes before the tokenizer's own limit.
uint32_t tokensOf(const JsonFile& settings, const floating::ModelShape& shape,
                  const SentenceSettings& sentences) {
  const auto own = settings.tokens("model_max_length"), old = settings.tokens("max_len");
  const uint32_t most = shape.positions;
  return std::min(most, sentences.maxTokens.value_or(own ? *own : old.value_or(most)));
}

}  // namespace

tokenizer::Tokenizer readTokenizerFiles(const fs::path& folder, const floating::ModelShape& shape,
                                        const SentenceSettings& sentences,
                                        std::vector<std::string>& notes) {
  const TokenFiles files = {
      JsonFile(folder / "tokenizer_config.json"), JsonFile(folder / "tokenizer.json"),
      JsonFile(folder / "special_tokens_map.json"), JsonFile(folder / "added_tokens.json")};
  const JsonFile& settings = files.settings;
  const TokenizerClass kind = classOf(settings, folder);
  requireKeys("tokenizer_config.json", settings.object(), settings.path(), notes);
  requireKeys("special_tokens_map.json", files.map.object(), files.map.path(), notes);
  const TokenizerJson json = readTokenizerJson(files.pipeline, notes);
  TokenizerOptions options;
  readRules(settings, files.pipeline, json, kind, options);
  if (sentences.lowerCase && !options.lowerCase) {
    options.stripAccents = stripsAccents(options);  // as the cased tokenizer
    options.lowerCase = true;
  }
  options.maxTokens = tokensOf(settings, shape, sentences);
  options.prompt = sentences.prompt;
  if (kind == TokenizerClass::Pipeline)  // what its files do not name is no special token
    options.special = {*json.begin, *json.end, json.unknown.value_or("[UNK]"), "", ""};
  std::vector<std::string> pieces = readPieces(folder, files.pipeline, json);
  readSpecialTokens(files, pieces, shape.vocabulary, options, notes);
  checkNames(files.pipeline, json, options);
  const std::string where =
      (folder / (fs::exists(folder / "vocab.txt") ? "vocab.txt" : "tokenizer.json")).string();
  if (!settings.exists() && !json.rules)
    notes.emplace_back("no tokenizer_config.json: lower case, accents stripped");
  notes.push_back(fmt::format("tokenizer: {}, at most {} tokens",
                              options.lowerCase ? "lower case" : "cased", options.maxTokens));
  try {
    tokenizer::Tokenizer tokenizer(std::move(pieces), std::move(options));
    // A table may have spare rows for ids that no text makes, but not too few.
    if (tokenizer.size() > shape.vocabulary)
      throw ImportError(
          fmt::format("has {} pieces and added tokens, config.json's vocab_size is {}",
                      tokenizer.size(), shape.vocabulary));
    return tokenizer;
  } catch (const ImportError& error) {
    throw ImportError(fmt::format("{}: {}", where, error.what()));
  }
}

}  // namespace intformer::importer
