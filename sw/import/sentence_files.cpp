#include "sw/import/sentence_files.hpp"

#include <fmt/format.h>

#include "sw/import/folder_keys.hpp"
#include "sw/import/joined.hpp"
#include "sw/import/json_file.hpp"

namespace intformer::importer {

using files::ImportError;

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// The mode of a Pooling module: `pooling_mode`, or the older flags, or mean.
PoolingMode readMode(const JsonFile& file) {
  std::vector<std::string> modes;
  if (file.object().contains("pooling_mode")) {
    const json named = file.at("pooling_mode");
    for (const json& mode : named.is_array() ? named : json::array({named}))
      modes.push_back(mode.is_string() ? mode.get<std::string>() : mode.dump());
  } else {
    constexpr std::string_view kFlag = "pooling_mode_";
    for (const auto& [key, value] : file.object().items())
      if (key.starts_with(kFlag) && file.flag(key).value_or(false))
        modes.push_back(key.substr(kFlag.size()));
    if (modes.empty()) return PoolingMode::Mean;
  }
  if (modes.size() == 1 && (modes[0] == "mean" || modes[0] == "mean_tokens"))
    return PoolingMode::Mean;
  if (modes.size() == 1 && (modes[0] == "cls" || modes[0] == "cls_token")) return PoolingMode::Cls;
  throw ImportError(fmt::format("{}: asks for the pooling [{}]; either mean or cls is known",
                                file.path(), joined(modes, ", ")));
}

PoolingMode readPooling(const fs::path& path, const SentenceSettings& settings, uint32_t width,
                        std::vector<std::string>& notes) {
  const JsonFile file(path);
  if (!file.exists()) throw ImportError(file.path() + ": is missing, modules.json names it");
  requireKeys("N_Pooling/config.json", file.object(), file.path(), notes);
  for (const char* key : {"word_embedding_dimension", "embedding_dimension"})
    if (const json value = file.at(key); !value.is_null() && value != width)
      file.refuse(
          key, fmt::format("must be {}, config.json's hidden_size, got {}", width, value.dump()));
  if (!file.flag("include_prompt").value_or(true) && !settings.prompt.empty())
    file.refuse("include_prompt",
                "must be true with a default prompt: pooling takes all tokens; set "
                "default_prompt_name of config_sentence_transformers.json to null");
  return readMode(file);
}

/// "Pooling" of sentence-transformers' module of that name, whatever its place in the package.
std::string moduleKind(const std::string& type) {
  return type.starts_with("sentence_transformers.") ? type.substr(type.rfind('.') + 1) : type;
}

void readModules(const fs::path& folder, uint32_t width, SentenceSettings& settings,
                 std::vector<std::string>& notes) {
  const fs::path path = folder / "modules.json";
  const json modules = readJson(path);
  if (!modules.is_array()) throw ImportError(path.string() + ": is not a JSON array");
  settings.pooling.normalize = false;
  std::vector<std::string> kinds;
  for (const json& module : modules) {
    if (!module.is_object()) throw ImportError(path.string() + ": a module is not a JSON object");
    requireKeys("modules.json entry", module, path.string(), notes);
    const json type = module.value("type", json()), part = module.value("path", json(""));
    if (!type.is_string() || !part.is_string())
      throw ImportError(path.string() + ": a module has no type, or a path that is no string");
    const std::string kind = moduleKind(type.get<std::string>());
    const fs::path place = folder / part.get<std::string>();
    const std::size_t at = kinds.size();
    if (kind == "Transformer" && at == 0 && part == "") {
    } else if (kind == "Pooling" && at == 1) {
      settings.pooling.mode = readPooling(place / "config.json", settings, width, notes);
    } else if (kind == "Normalize" && at == 2) {
      const JsonFile file(place / "config.json");
      requireKeys("N_Normalize/config.json", file.object(), file.path(), notes);
      settings.pooling.normalize = true;
    } else {
      throw ImportError(
          fmt::format("{}: module {} (path {}) at place {} is not known; sentence_transformers' "
                      "Transformer, in "
                      "the folder itself, Pooling, and perhaps Normalize are, in this order; what "
                      "others make of "
                      "a vector can be made of `embed`'s",
                      path.string(), type.get<std::string>(), part.dump(), at));
    }
    kinds.push_back(kind);
  }
  if (settings.crossEncoder && kinds.size() > 1)
    throw ImportError(path.string() +
                      ": has modules behind the Transformer of a cross-encoder, "
                      "which change its scores");
  if (settings.crossEncoder) return;
  if (kinds.size() < 2) throw ImportError(path.string() + ": has no module Pooling");
  notes.push_back("pooling: " + poolingText(settings.pooling));
}

/// As sentence-transformers does without modules.json.
void takeDefaultPooling(const fs::path& folder, uint32_t width, SentenceSettings& settings,
                        std::vector<std::string>& notes) {
  settings.pooling = {.mode = PoolingMode::Mean, .normalize = false};
  const fs::path alone = folder / "1_Pooling" / "config.json";
  if (fs::exists(alone) && readPooling(alone, settings, width, notes) != settings.pooling.mode)
    throw ImportError(
        fmt::format("{}: asks for another pooling than mean, but there is no "
                    "modules.json that names it; add one",
                    alone.string()));
  notes.push_back(
      fmt::format("no modules.json: pooling taken as {}", poolingText(settings.pooling)));
}

void readPrompts(const fs::path& folder, SentenceSettings& settings,
                 std::vector<std::string>& notes) {
  const JsonFile file(folder / "config_sentence_transformers.json");
  requireKeys("config_sentence_transformers.json", file.object(), file.path(), notes);
  settings.crossEncoder = file.at("model_type") == "CrossEncoder";
  const json prompts = file.at("prompts");
  if (!prompts.is_null() && !prompts.is_object())
    file.refuse("prompts", "must be an object, got " + prompts.dump());
  for (const auto& [name, prompt] : prompts.items()) {
    if (!prompt.is_null() && !prompt.is_string())
      file.refuse("prompts", fmt::format("{} must be a string, got {}", name, prompt.dump()));
    settings.prompts[name] = prompt.is_null() ? "" : prompt.get<std::string>();
  }
  const auto chosen = file.text("default_prompt_name");
  for (const auto& [name, prompt] : settings.prompts)
    if (!prompt.empty() && name != chosen)
      notes.push_back(
          fmt::format("prompt {}: stands before no text unless you write it there: "
                      "\"{}\"",
                      name, prompt));
  if (!chosen || *chosen == "query" || *chosen == "document")  // these two are always there
    settings.prompt = chosen ? settings.prompts[*chosen] : "";
  else if (const auto found = settings.prompts.find(*chosen); found != settings.prompts.end())
    settings.prompt = found->second;
  else
    file.refuse("default_prompt_name", fmt::format("{} is not among the prompts", *chosen));
  if (!settings.prompt.empty())
    notes.push_back(
        fmt::format("prompt {}: stands before every text: \"{}\"", *chosen, settings.prompt));
}

/// sentence_bert_config.json, or where it is missing one of the names that older versions wrote.
JsonFile transformerFile(const fs::path& folder) {
  for (const char* model :
       {"bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet"}) {
    const fs::path path = folder / fmt::format("sentence_{}_config.json", model);
    if (fs::exists(path)) return JsonFile(path);
  }
  return JsonFile(folder / "sentence_bert_config.json");
}

}  // namespace

std::string poolingText(const Pooling& pooling) {
  return fmt::format("{}, {}", pooling.mode == PoolingMode::Mean ? "mean" : "first token",
                     pooling.normalize ? "normalized" : "not normalized");
}

SentenceSettings readSentenceFiles(const fs::path& folder, uint32_t width,
                                   std::vector<std::string>& notes) {
  SentenceSettings settings;
  const bool hasModules = fs::exists(folder / "modules.json");
  if (hasModules) {  // without them sentence-transformers reads neither of these
    readPrompts(folder, settings, notes);
    const JsonFile file = transformerFile(folder);
    requireKeys("sentence_bert_config.json", file.object(), file.path(), notes);
    if ((file.at("transformer_task") == "sequence-classification") != settings.crossEncoder)
      file.refuse(
          "transformer_task",
          fmt::format("must be {} with this model_type in config_sentence_transformers.json",
                      settings.crossEncoder ? "sequence-classification" : "feature-extraction"));
    settings.maxTokens = file.tokens("max_seq_length");
    settings.lowerCase = file.flag("do_lower_case").value_or(false);
    readModules(folder, width, settings, notes);
  } else {
    for (const char* name : {"config_sentence_transformers.json", "sentence_bert_config.json"})
      if (fs::exists(folder / name))
        notes.push_back(
            fmt::format("{}: is not read, as there is no modules.json", (folder / name).string()));
    takeDefaultPooling(folder, width, settings, notes);
  }
  return settings;
}

}  // namespace intformer::importer
