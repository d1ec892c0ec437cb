#include "sw/import/trained_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

namespace intformer {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// A JSON object from a file; none if there is no such file.
std::optional<json> readObject(const fs::path& path) {
  if (!fs::exists(path)) return std::nullopt;
  std::ifstream file(path);
  const json value = json::parse(file, nullptr, false);
  if (!value.is_object()) throw ImportError(path.string() + ": is not a JSON object");
  return value;
}

/// A key's value, of a type; `fallback` where it is missing or null.
bool flag(const json& object, const char* key, bool fallback, const fs::path& path) {
  if (!object.contains(key) || object[key].is_null()) return fallback;
  if (!object[key].is_boolean())
    throw ImportError(fmt::format("{}: {}: must be true or false, got {}", path.string(), key,
                                  object[key].dump()));
  return object[key].get<bool>();
}

/// Token counts that files use for "no limit" are huge; they leave the limit as it is.
uint32_t smaller(const json& object, const char* key, uint32_t limit, const fs::path& path) {
  if (!object.contains(key) || object[key].is_null()) return limit;
  const json& value = object[key];
  if (!value.is_number() || value.get<double>() < 2)
    throw ImportError(fmt::format("{}: {}: must be a count of at least 2 tokens, got {}",
                                  path.string(), key, value.dump()));
  return value.get<double>() < limit ? value.get<uint32_t>() : limit;
}

TokenizerOptions readTokenizerOptions(const fs::path& folder, uint32_t positions,
                                      ImportNotes& notes) {
  TokenizerOptions options;
  options.maxTokens = positions;
  const fs::path path = folder / "tokenizer_config.json";
  if (const auto found = readObject(path)) {
    options.lowerCase = flag(*found, "do_lower_case", true, path);
    options.splitChinese = flag(*found, "tokenize_chinese_chars", true, path);
    if (found->contains("strip_accents") && !(*found)["strip_accents"].is_null())
      options.stripAccents = flag(*found, "strip_accents", true, path);
    options.maxTokens = smaller(*found, "model_max_length", options.maxTokens, path);
  } else {
    notes.lines.emplace_back("no tokenizer_config.json: lower case, accents stripped");
  }
  const fs::path sentence = folder / "sentence_bert_config.json";
  if (const auto found = readObject(sentence))
    options.maxTokens = smaller(*found, "max_seq_length", options.maxTokens, sentence);
  notes.lines.push_back(fmt::format("tokenizer: {}, at most {} tokens",
                                    options.lowerCase ? "lower case" : "cased",
                                    options.maxTokens));
  return options;
}

Tokenizer readTokenizer(const std::string& directory, const BertConfig& config,
                        ImportNotes& notes) {
  const TokenizerOptions options = readTokenizerOptions(directory, config.maxPositions, notes);
  const std::string path = directory + "/vocab.txt";
  Tokenizer tokenizer = Tokenizer::fromFile(path, options);
  // A table may have spare rows for ids that no text makes, but not too few.
  if (tokenizer.size() > config.vocabulary)
    throw ImportError(fmt::format("{}: has {} pieces, config.json's vocab_size is {}", path,
                                  tokenizer.size(), config.vocabulary));
  return tokenizer;
}

PoolingMode readPoolingMode(const fs::path& path) {
  const auto found = readObject(path);
  if (!found) throw ImportError(path.string() + ": is missing, modules.json names it");
  std::vector<std::string> modes;
  for (const auto& [key, value] : found->items())
    if (key.starts_with("pooling_mode_") && value == true) modes.push_back(key.substr(13));
  // Newer files name the mode instead of a flag for each.
  if (found->contains("pooling_mode") && (*found)["pooling_mode"].is_string()) {
    const auto mode = (*found)["pooling_mode"].get<std::string>();
    modes.push_back(mode == "mean" ? "mean_tokens" : mode == "cls" ? "cls_token" : mode);
  }
  if (modes == std::vector<std::string>{"mean_tokens"}) return PoolingMode::Mean;
  if (modes == std::vector<std::string>{"cls_token"}) return PoolingMode::Cls;
  std::string all;
  for (const std::string& mode : modes) all += (all.empty() ? "" : ", ") + mode;
  throw ImportError(fmt::format("{}: asks for the pooling [{}]; either mean_tokens or cls_token "
                                "is known",
                                path.string(), all));
}

Pooling readPooling(const fs::path& folder, ImportNotes& notes) {
  const fs::path path = folder / "modules.json";
  if (!fs::exists(path)) {
    const fs::path alone = folder / "1_Pooling" / "config.json";
    Pooling pooling;
    if (fs::exists(alone)) pooling.mode = readPoolingMode(alone);
    notes.lines.push_back(fmt::format("no modules.json: pooling taken as {}",
                                      poolingText(pooling)));
    return pooling;
  }
  std::ifstream file(path);
  const json modules = json::parse(file, nullptr, false);
  if (!modules.is_array()) throw ImportError(path.string() + ": is not a JSON array");
  std::optional<PoolingMode> mode;
  Pooling pooling{.mode = PoolingMode::Mean, .normalize = false};
  for (const json& module : modules) {
    if (!module.is_object() || !module.contains("type") || !module["type"].is_string())
      throw ImportError(path.string() + ": a module has no type");
    const auto type = module["type"].get<std::string>();
    const auto part = module.contains("path") && module["path"].is_string()
                          ? module["path"].get<std::string>()
                          : std::string();
    if (type.ends_with(".Pooling"))
      mode = readPoolingMode(folder / part / "config.json");
    else if (type.ends_with(".Normalize"))
      pooling.normalize = true;
    else if (!type.ends_with(".Transformer") || !part.empty())
      throw ImportError(fmt::format("{}: module {} (path \"{}\") is not known; Transformer in the "
                                    "folder itself, Pooling and Normalize are",
                                    path.string(), type, part));
  }
  if (!mode) throw ImportError(path.string() + ": has no module Pooling");
  pooling.mode = *mode;
  notes.lines.push_back("pooling: " + poolingText(pooling));
  return pooling;
}

}  // namespace

std::string poolingText(const Pooling& pooling) {
  return fmt::format("{}, {}", pooling.mode == PoolingMode::Mean ? "mean" : "first token",
                     pooling.normalize ? "normalized" : "not normalized");
}

std::string folderName(const std::string& directory) {
  const fs::path path = fs::absolute(directory).lexically_normal();
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

Tokenizer importTokenizer(const std::string& directory, ImportNotes& notes) {
  return readTokenizer(directory, readBertConfig(directory + "/config.json"), notes);
}

TrainedModel importFolder(const std::string& directory, ImportNotes& notes) {
  if (!fs::is_directory(directory))
    throw ImportError(directory + ": is not a folder; give the one with config.json, "
                                  "model.safetensors and vocab.txt");
  TrainedModel model;
  model.name = folderName(directory);
  model.bert = readBert(directory, &notes.ignoredTensors);
  const Tokenizer tokenizer = readTokenizer(directory, model.bert.config, notes);
  model.tokenizer = tokenizer.options();
  model.vocabulary = tokenizer.vocabulary();
  model.pooling = readPooling(directory, notes);
  return model;
}

}  // namespace intformer
