// Token ids, logits and scores against the published libraries' (scripts/reference-classify.py).
#include "sw/classify/apply_head.hpp"
#include "tests/classify/support.hpp"

namespace intformer::test {
namespace {

using Ids = std::vector<uint32_t>;

TEST_CASE("texts and pairs become the published tokenizer's ids and token types", "[classify]") {
  const auto all = reference();
  for (const std::string kind : {"sequence", "cross", "tokens", "pooler"}) {
    const Encoded encoded(importModel(modelFolder(kind)), all[kind]);
    REQUIRE(encoded.ids.size() >= 14);
    for (std::size_t i = 0; i < encoded.ids.size(); ++i) {
      INFO(kind << " " << all[kind][i]["text"] << " " << all[kind][i]["pair"]);
      CHECK(encoded.ids[i] == all[kind][i]["ids"].get<Ids>());
      CHECK(encoded.types(i) == all[kind][i]["types"].get<Ids>());
    }
  }
}

TEST_CASE("pairs that are too long are cut as the published tokenizer cuts them", "[classify]") {
  importer::TrainedModel model = importModel(modelFolder("sequence"));
  const auto rows = reference()["truncated"];
  REQUIRE(rows.size() >= 100);
  for (const auto& row : rows) {
    model.tokenizer.maxTokens = row["most"];
    const tokenizer::TokenPair pair = tokenizer::encodePair(
        tokenizer::Tokenizer(model.vocabulary, model.tokenizer), row["texts"][0].get<std::string>(),
        row["texts"][1].get<std::string>());
    INFO(row.dump());
    CHECK(pair.ids == row["ids"].get<Ids>());
    CHECK(pair.firstText == std::ranges::count(row["types"].get<Ids>(), 0U));
  }
  model.tokenizer.maxTokens = 2;
  CHECK_THROWS_WITH(
      tokenizer::encodePair(tokenizer::Tokenizer(model.vocabulary, model.tokenizer), "a", "b"),
      containsText("a pair of texts needs 3 tokens"));
}

TEST_CASE("float32 logits are the published libraries'", "[classify]") {
  const auto all = reference();
  for (const std::string kind : {"sequence", "cross", "tokens", "pooler"}) {
    const importer::TrainedModel model = importModel(modelFolder(kind));
    const Encoded encoded(model, all[kind]);
    const auto backend = embed::floatBackend(model.network.graph);
    const double worst =
        largestDifference(classify::classify(*backend, *model.head, encoded.batch()), all[kind]);
    INFO(kind << ": largest difference " << worst);
    CHECK(worst < 1e-4);
  }
}

/// Scores of the reference's logits, by the function of the model in a folder.
std::vector<float> scoresOf(const std::string& folder, const nlohmann::json& row) {
  std::vector<float> values = logitsOf(row);
  classify::applyFunction(importModel(folder).head->function, values);
  return values;
}

void checkNear(const std::vector<float>& values, const std::vector<float>& expected) {
  REQUIRE(values.size() == expected.size());
  for (std::size_t k = 0; k < values.size(); ++k)
    CHECK(values[k] == Approx(expected[k]).margin(2e-6));
}

TEST_CASE("scores are those of the published pipeline, for every problem type", "[classify]") {
  const auto all = reference();
  const ModelCopy copy("sequence");
  for (const auto& [problem, lists] : all["scores"].items()) {
    INFO(problem);
    copy.change("config.json",
                {{"problem_type", problem == "None" ? nlohmann::json() : nlohmann::json(problem)}});
    for (std::size_t i = 0; i < lists.size(); ++i)
      if (!lists[i].is_null()) checkNear(scoresOf(copy.path(), all["sequence"][i]), lists[i]);
  }
}

TEST_CASE("scores are the published cross-encoder's, for every key that names a function",
          "[classify]") {
  const auto all = reference();
  const auto check = [&](const ModelCopy& copy, const char* name) {
    std::size_t next = 0;
    for (const auto& row : all["cross"])
      if (!row["pair"].is_null())
        checkNear(scoresOf(copy.path(), row), {all["cross_scores"][name][next++].get<float>()});
    CHECK(next == all["cross_scores"][name].size());
  };
  check(ModelCopy("cross"), "default");
  const nlohmann::json identity = {
      {"sentence_transformers", {{"activation_fn", "torch.nn.modules.linear.Identity"}}}};
  const nlohmann::json tanh = {
      {"sbert_ce_default_activation_function", "torch.nn.modules.activation.Tanh"}};
  const ModelCopy newKey("cross"), oldKey("cross"), both("cross");
  newKey.change("config.json", identity);
  check(newKey, "identity");
  oldKey.change("config.json", tanh);
  check(oldKey, "old_key");
  // What CrossEncoder itself saves goes before the config's keys.
  both.change("config.json", tanh);
  both.change("config_sentence_transformers.json",
              {{"model_type", "CrossEncoder"},
               {"activation_fn", "torch.nn.modules.activation.Sigmoid"}});
  check(both, "old_key");  // which it does not read without modules.json
  both.change("sentence_bert_config.json", {{"transformer_task", "sequence-classification"}});
  writeFile(both.path("modules.json"), R"([{"path": "", "type": "sentence_transformers.Transformer"}])");
  check(both, "default");
}

}  // namespace
}  // namespace intformer::test
