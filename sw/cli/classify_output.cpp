#include "sw/cli/classify_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "gen/device.hpp"
#include "sw/cli/json_text.hpp"
#include "sw/files/files.hpp"
#include "sw/version/version.hpp"

namespace intformer::cli {

using importer::Head;
using importer::HeadKind;

namespace {

using Json = nlohmann::ordered_json;

std::vector<float> rowOf(const floating::FloatMatrix& matrix, uint32_t row) {
  return {matrix.row(row), matrix.row(row) + matrix.cols};
}

std::size_t highest(const std::vector<float>& scores) {
  return static_cast<std::size_t>(std::ranges::max_element(scores) - scores.begin());
}

/// "positive 0.91000, neutral 0.06000, negative 0.03000": the highest ones first; of one label the
/// score alone.
std::string scoresText(const Head& head, const std::vector<float>& scores) {
  constexpr std::size_t kShown = 3;
  if (scores.size() == 1) return fmt::format("{:.5f}", scores[0]);
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::ranges::greater(), [&](std::size_t i) { return scores[i]; });
  std::string text;
  for (std::size_t k = 0; k < std::min(kShown, order.size()); ++k)
    text += fmt::format("{}{} {:.5f}", k == 0 ? "" : ", ", head.labels[order[k]], scores[order[k]]);
  return text;
}

std::string pooledText(const std::vector<float>& values) {
  std::string text = "[";
  for (std::size_t c = 0; c < std::min<std::size_t>(4, values.size()); ++c)
    text += fmt::format("{:8.5f} ", values[c]);
  return text + "...]";
}

/// Adds what is known of one row of scores.
void addScores(const Head& head, const Classified& result, std::size_t i, uint32_t row, Json& json) {
  const std::vector<float> scores = rowOf(result.scores[i], row);
  json["label"] = head.labels[highest(scores)];
  json["score"] = scores[highest(scores)];
  json["scores"] = scores;
  json["logits"] = rowOf(result.logits[i], row);
}

Json rowJson(const Head& head, const tokenizer::Tokenizer& tokenizer, const Classified& result,
             std::size_t i) {
  Json json = {{"text", result.texts[i].text}};
  if (result.texts[i].pair) json["pair"] = *result.texts[i].pair;
  json["tokens"] = result.ids[i].size();
  if (head.kind == HeadKind::Pooler) json["pooled"] = result.logits[i].data;
  if (head.kind == HeadKind::Sequence) addScores(head, result, i, 0, json);
  if (head.kind != HeadKind::Tokens) return json;
  json["tokens"] = Json::array();
  for (uint32_t row = 0; row < result.ids[i].size(); ++row) {
    const uint32_t id = result.ids[i][row];
    Json token = {{"id", id}, {"piece", tokenizer.piece(id)}};
    addScores(head, result, i, row, token);
    json["tokens"].push_back(std::move(token));
  }
  return json;
}

}  // namespace

void printRows(const Head& head, const tokenizer::Tokenizer& tokenizer, const Classified& result) {
  for (std::size_t i = 0; i < result.texts.size(); ++i) {
    const TextOrPair& one = result.texts[i];
    const std::string text = one.pair ? one.text + " | " + *one.pair : one.text;
    const floating::FloatMatrix& scores = result.scores[i];
    if (head.kind == HeadKind::Pooler)
      fmt::print("{}  {}\n", pooledText(rowOf(scores, 0)), text);
    else if (head.kind == HeadKind::Sequence)
      fmt::print("{}  {}\n", scoresText(head, rowOf(scores, 0)), text);
    if (head.kind != HeadKind::Tokens) continue;
    fmt::print("{}\n", text);
    for (uint32_t row = 0; row < scores.rows; ++row) {
      const uint32_t id = result.ids[i][row];
      if (id == tokenizer.begin() || id == tokenizer.end()) continue;
      fmt::print("  {:<16} {}\n", tokenizer.piece(id), scoresText(head, rowOf(scores, row)));
    }
  }
}

void writeJson(const std::string& json, const std::string& jsonLines, const Engine& engine,
               const std::string& backend, importer::ScoreFunction function,
               const Classified& result) {
  const importer::TrainedModel& trained = engine.model.trained;
  Json rows = Json::array();
  for (std::size_t i = 0; i < result.texts.size(); ++i)
    rows.push_back(rowJson(*trained.head, *engine.tokenizer, result, i));
  if (!jsonLines.empty()) {
    std::string lines;
    for (const Json& row : rows) lines += jsonText(row) + "\n";
    files::writeAtomically(jsonLines, lines);
  }
  if (json.empty()) return;
  Json all;
  if (engine.plan)
    all = reportHead(*engine.plan);
  else
    all["generator"] = "intformer " + std::string(version::programVersion());
  all["model"] = trained.name;
  all["backend"] = backend;
  all["head"] = importer::headName(trained.head->kind);
  all["scores"] = importer::functionName(function);
  all["labels"] = trained.head->labels;
  if (const embed::DeviceWork* work = engine.backend->work())
    all["device"] = deviceWorkJson(engine, *work);
  all["rows"] = std::move(rows);
  files::writeAtomically(json, jsonText(all, 1) + "\n");
}

}  // namespace intformer::cli
