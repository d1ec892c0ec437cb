#include "sw/import/head_config.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "sw/import/json_file.hpp"

namespace intformer::importer {
namespace {

using nlohmann::json;

constexpr std::size_t kMostLabels = 65535;

/// Kind and unknown head, by `architectures`.
void readArchitectures(const JsonFile& file, HeadConfig& config) {
  const json names = file.at("architectures");
  if (names.is_null()) return;
  if (!names.is_array()) file.refuse("architectures", "must be a list, got " + names.dump());
  std::vector<std::string> heads;
  for (const json& name : names) {
    if (!name.is_string()) file.refuse("architectures", "must hold names, got " + name.dump());
    if (name == "BertModel") continue;
    heads.push_back(name.get<std::string>());
  }
  if (heads.size() > 1)
    file.refuse("architectures", fmt::format("names several heads, {}; leave one", names.dump()));
  if (heads.empty()) return;
  if (heads[0] == "BertForSequenceClassification")
    config.kind = HeadKind::Sequence;
  else if (heads[0] == "BertForTokenClassification")
    config.kind = HeadKind::Tokens;
  else
    config.unknownHead = heads[0];
}

/// As transformers' config: id2label; without one, LABEL_0 and so on for num_labels, or for two.
std::vector<std::string> readLabels(const JsonFile& file) {
  const json names = file.at("id2label");
  std::vector<std::string> labels;
  if (names.is_null()) {
    const json count = file.at("num_labels");
    if (!count.is_null() &&
        (!count.is_number_unsigned() || count < 1U || count > kMostLabels))
      file.refuse("num_labels", fmt::format("must be a count from 1 to {}, got {}", kMostLabels,
                                            count.dump()));
    for (uint32_t i = 0; i < (count.is_null() ? 2U : count.get<uint32_t>()); ++i)
      labels.push_back(fmt::format("LABEL_{}", i));
    return labels;
  }
  if (!names.is_object() || names.empty() || names.size() > kMostLabels)
    file.refuse("id2label", fmt::format("must name 1 to {} labels, got {}", kMostLabels,
                                        names.is_object() ? "other" : names.dump()));
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto found = names.find(std::to_string(i));
    if (found == names.end())
      file.refuse("id2label", fmt::format("names {} labels, but none is number {}", names.size(), i));
    labels.push_back(found->is_string() ? found->get<std::string>() : found->dump());
  }
  return labels;
}

/// A function of PyTorch by its path; none for paths outside it, which the published library takes
/// only where its user trusts the folder's code.
std::optional<ScoreFunction> functionOf(const JsonPart& file, const std::string& key,
                                        const json& value, std::vector<std::string>& lines) {
  if (!value.is_string()) file.refuse(key, "must be a string, got " + value.dump());
  const auto path = value.get<std::string>();
  if (!path.starts_with("torch.")) {
    lines.push_back(fmt::format("{}: {}: {} is code that is not PyTorch's and is not run; the "
                                "default stands for it", file.path(), key, path));
    return std::nullopt;
  }
  const std::string name = path.substr(path.rfind('.') + 1);
  if (name == "Identity") return ScoreFunction::None;
  if (name == "Sigmoid") return ScoreFunction::Sigmoid;
  if (name == "Softmax") return ScoreFunction::Softmax;
  if (name == "Tanh") return ScoreFunction::Tanh;
  file.refuse(key, fmt::format("{} is not known; Identity, Sigmoid, Softmax and Tanh are", path));
}

/// What transformers' pipeline applies.
ScoreFunction functionOfProblem(const JsonFile& file, std::size_t labels) {
  const json problem = file.at("problem_type");
  if (problem == "regression") return ScoreFunction::None;
  if (problem == "multi_label_classification") return ScoreFunction::Sigmoid;
  if (problem == "single_label_classification" && labels == 1)
    file.refuse("problem_type", "\"single_label_classification\" needs two labels at least");
  if (!problem.is_null() && problem != "single_label_classification")
    file.refuse("problem_type",
                problem.dump() + " is not known; regression, single_label_classification and "
                                 "multi_label_classification are");
  return labels == 1 ? ScoreFunction::Sigmoid : ScoreFunction::Softmax;
}

/// The function that CrossEncoder has saved or would take; sets config.crossEncoder. `saved`: its own
/// file, empty where there is none.
std::optional<ScoreFunction> functionOfCrossEncoder(const JsonFile& file, const JsonPart& saved,
                                                    HeadConfig& config,
                                                    std::vector<std::string>& lines) {
  const json part = file.at("sentence_transformers");
  const json oldKey = file.at("sbert_ce_default_activation_function");
  config.crossEncoder =
      saved.at("model_type") == "CrossEncoder" || part.is_object() || !oldKey.is_null();
  if (!config.crossEncoder) return std::nullopt;
  std::optional<ScoreFunction> function;
  if (const json own = saved.at("activation_fn");
      saved.at("model_type") == "CrossEncoder" && !own.is_null())
    function = functionOf(saved, "activation_fn", own, lines);
  if (function) return function;
  if (part.is_object() && part.contains("activation_fn"))
    function = functionOf(file, "sentence_transformers.activation_fn", part["activation_fn"], lines);
  else if (!oldKey.is_null())
    function = functionOf(file, "sbert_ce_default_activation_function", oldKey, lines);
  if (function) return function;
  return config.labels.size() == 1 ? ScoreFunction::Sigmoid : ScoreFunction::None;
}

}  // namespace

HeadConfig readHeadConfig(const std::string& directory, std::vector<std::string>& lines) {
  const JsonFile file(directory + "/config.json");
  HeadConfig config;
  readArchitectures(file, config);
  if (config.kind == HeadKind::Pooler) return config;
  config.labels = readLabels(file);
  if (config.kind == HeadKind::Tokens) {
    config.function = ScoreFunction::Softmax;
    return config;
  }
  const ScoreFunction plain = functionOfProblem(file, config.labels.size());
  // Without modules.json sentence-transformers does not read its other files.
  const std::string path = directory + "/config_sentence_transformers.json";
  const JsonPart saved = std::filesystem::exists(directory + "/modules.json")
                             ? JsonPart(JsonFile(path))
                             : JsonPart(path, json::object());
  config.function = functionOfCrossEncoder(file, saved, config, lines).value_or(plain);
  return config;
}

}  // namespace intformer::importer
