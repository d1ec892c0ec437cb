#include "sw/import/trained_model.hpp"

#include <map>

#include "sw/float/parameters.hpp"
#include "tests/catch.hpp"
#include "tests/import/synthetic_bert.hpp"

namespace intformer::test {

using namespace importer;

namespace {

using Catch::Matchers::Contains;

TrainedModel import(const TemporaryFolder& folder) {
  ImportNotes notes;
  return importFolder(folder.path(), notes);
}

std::map<std::string, std::vector<float>> parametersOf(const floating::FloatGraph& graph) {
  std::map<std::string, std::vector<float>> all;
  floating::visitParameters(graph, [&](const std::string& name, const floating::ParameterShape&,
                                       const std::vector<float>& values) { all[name] = values; });
  return all;
}

TEST_CASE("names with bert., and gamma and beta, mean the same", "[import]") {
  const SyntheticTensors plain = syntheticBert(1);
  SyntheticTensors renamed;
  for (const auto& [name, tensor] : plain) {
    std::string other = "bert." + name;
    const std::size_t norm = other.find("LayerNorm.");
    if (norm != std::string::npos)
      other = other.substr(0, norm + 10) + (other.ends_with("weight") ? "gamma" : "beta");
    renamed[other] = tensor;
  }
  renamed["bert.pooler.dense.weight"] = {{1}, {0.5F}};
  renamed["cls.predictions.bias"] = {{1}, {0.5F}};
  const TemporaryFolder folder, other;
  writeBert(folder, plain);
  writeBert(other, renamed);
  ImportNotes notes;
  const TrainedModel read = importFolder(other.path(), notes);
  CHECK(notes.ignoredTensors ==
        std::vector<std::string>{"bert.pooler.dense.weight", "cls.predictions.bias"});
  CHECK(parametersOf(read.network.graph) == parametersOf(import(folder).network.graph));
}

TEST_CASE("options are those of the model's files, or assumed and said so", "[import]") {
  const TemporaryFolder folder;
  writeBert(folder, syntheticBert(1));
  ImportNotes notes;
  const TrainedModel bare = importFolder(folder.path(), notes);
  CHECK(bare.tokenizer.lowerCase);
  CHECK_FALSE(bare.tokenizer.stripAccents);
  CHECK(bare.tokenizer.maxTokens == 64);
  CHECK(bare.pooling == Pooling{PoolingMode::Mean, false});
  REQUIRE(notes.lines.size() == 4);
  CHECK_THAT(notes.lines[0], Contains("no modules.json: pooling taken as mean, not normalized"));
  CHECK_THAT(notes.lines[1], Contains("the vocabulary lacks [MASK]"));
  CHECK_THAT(notes.lines[2], Contains("no tokenizer_config.json"));
  CHECK_THAT(notes.lines[3], Contains("tokenizer: lower case, at most 64 tokens"));

  writeFile(folder.path("tokenizer_config.json"),
            R"({"do_lower_case": false, "strip_accents": true, "tokenize_chinese_chars": false,
                "model_max_length": 1000000000000000019884624838656})");
  writeFile(folder.path("sentence_bert_config.json"), R"({"max_seq_length": 48})");
  std::filesystem::create_directory(folder.path("1_Pooling"));
  writeFile(folder.path("1_Pooling/config.json"),
            R"({"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false})");
  writeFile(folder.path("modules.json"),
            R"([{"path": "", "type": "sentence_transformers.models.Transformer"},
                {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}])");
  const TrainedModel full = import(folder);
  CHECK_FALSE(full.tokenizer.lowerCase);
  CHECK(full.tokenizer.stripAccents == std::optional(true));
  CHECK_FALSE(full.tokenizer.splitChinese);
  CHECK(full.tokenizer.maxTokens == 48);
  CHECK(full.pooling == Pooling{PoolingMode::Cls, false});
}

TEST_CASE("files beside the model that say something else are refused", "[import]") {
  const TemporaryFolder folder;
  writeBert(folder, syntheticBert(1));
  const auto refuses = [&](const char* file, const std::string& text, const std::string& reason) {
    writeFile(folder.path(file), text);
    CHECK_THROWS_WITH(import(folder), Contains(file) && Contains(reason));
    std::filesystem::remove(folder.path(file));
  };
  refuses("tokenizer_config.json", "[]", "is not a JSON object");
  refuses("tokenizer_config.json", R"({"model_max_length": 3.5})",
          "model_max_length: must be a whole number of tokens, got 3.5");
  std::filesystem::create_directory(folder.path("1_Pooling"));
  writeFile(folder.path("modules.json"),
            R"([{"path": "", "type": "sentence_transformers.models.Transformer"},
                {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}])");
  for (const char* value : {"1", "\"true\""})
    refuses("1_Pooling/config.json", std::string(R"({"pooling_mode_cls_token": )") + value + "}",
            std::string("pooling_mode_cls_token: must be true or false, got ") + value);
  std::filesystem::remove(folder.path("modules.json"));
  refuses("tokenizer_config.json", R"({"do_lower_case": "yes"})", "do_lower_case: must be true");
  refuses("tokenizer_config.json", R"({"model_max_length": 0})", "must be a count");
  refuses("modules.json", "{}", "is not a JSON array");
  refuses("modules.json", "[]", "has no module Pooling");
  refuses("modules.json", "[3]", "a module is not a JSON object");
  std::string many;
  for (int i = 0; i < 50; ++i) many += "w" + std::to_string(i) + "\n";
  refuses("vocab.txt", "[UNK]\n[CLS]\n[SEP]\n" + many,
          "has 53 pieces and added tokens, config.json's vocab_size is 40");
  CHECK_THROWS_WITH(import(folder), Contains("vocab.txt"));
  ImportNotes notes;
  CHECK_THROWS_WITH(importFolder(folder.path("config.json"), notes), Contains("is not a folder"));
}

}  // namespace
}  // namespace intformer::test
