#include "sw/itf/model_file.hpp"
#include "tests/classify/support.hpp"

namespace intformer::test {

using namespace importer;

namespace {

using Names = std::vector<std::string>;
using nlohmann::json;

void refuses(const std::string& kind, const json& keys, const std::string& reason) {
  const ModelCopy copy(kind);
  copy.change("config.json", keys);
  INFO(keys.dump());
  CHECK_THROWS_WITH(importModel(copy.path()), containsText(reason) && containsText(copy.path()));
}

Head headWith(const std::string& kind, const json& keys) {
  const ModelCopy copy(kind);
  copy.change("config.json", keys);
  return importModel(copy.path()).head.value();
}

TEST_CASE("architectures decide on the head", "[classify]") {
  ImportNotes notes;
  const Head sequence = importFolder(modelFolder("sequence"), notes).head.value();
  CHECK(sequence.kind == HeadKind::Sequence);
  CHECK(sequence.labels == Names{"negative", "neutral", "positive"});
  CHECK(sequence.function == ScoreFunction::Softmax);
  CHECK(sequence.classifier->cols == 3);
  CHECK(notes.ignoredTensors.empty());
  CHECK(notes.leftOut.empty());
  CHECK_THAT(notes.lines.back(), containsText("3 labels for every text or pair of texts"));
  const Head tokens = importModel(modelFolder("tokens")).head.value();
  CHECK(tokens.kind == HeadKind::Tokens);
  CHECK_FALSE(tokens.pooler);
  CHECK(tokens.labels[3] == "B-LOC");
  const Head pooler = importModel(modelFolder("pooler")).head.value();
  CHECK(pooler.kind == HeadKind::Pooler);
  CHECK_FALSE(pooler.classifier);
  CHECK(headWith("cross", json::object()).function == ScoreFunction::Sigmoid);
}

TEST_CASE("heads that are not known, and tensors of none, are named as left out", "[classify]") {
  for (const std::string name :
       {"BertForMaskedLM", "BertForNextSentencePrediction", "BertForQuestionAnswering",
        "BertForMultipleChoice", "BertForPreTraining", "MyHead"}) {
    const ModelCopy copy("sequence");
    copy.change("config.json", {{"architectures", {name}}});
    ImportNotes notes;
    const TrainedModel model = importFolder(copy.path(), notes);
    CHECK(notes.leftOut == Names{"the head of " + name});
    CHECK(notes.ignoredTensors == Names{"classifier.bias", "classifier.weight"});
    CHECK(model.head.value().kind == HeadKind::Pooler);
  }
  const ModelCopy plain("tokens");  // has no pooler
  plain.change("config.json", {{"architectures", json()}});
  ImportNotes notes;
  CHECK_FALSE(importFolder(plain.path(), notes).head);
  CHECK(notes.leftOut.empty());
  CHECK(notes.ignoredTensors == Names{"classifier.bias", "classifier.weight"});
}

TEST_CASE("labels and their number are taken as transformers takes them", "[classify]") {
  CHECK(headWith("cross", {{"id2label", json()}, {"num_labels", 1}}).labels == Names{"LABEL_0"});
  CHECK(headWith("sequence", {{"num_labels", 7}}).labels.size() == 3);  // id2label goes first
  CHECK(headWith("sequence", {{"label2id", {{"other", 0}}}}).labels[0] == "negative");
  refuses("sequence", {{"id2label", json()}}, "expected [2, 32]");  // two where nothing is said
  refuses("sequence", {{"id2label", {{"2", json()}, {"3", "x"}}}}, "none is number 2");
  refuses("sequence", {{"id2label", json::array()}}, "id2label");
  refuses("cross", {{"id2label", json()}, {"num_labels", 0}}, "num_labels: must be a count");
}

TEST_CASE("what a head cannot be is refused by file, key and value", "[classify]") {
  refuses("sequence", {{"architectures", {"BertForMaskedLM", "BertForTokenClassification"}}},
          "names several heads");
  refuses("sequence", {{"architectures", "BertModel"}}, "architectures: must be a list");
  refuses("tokens", {{"architectures", {"BertForSequenceClassification"}}},
          "tensor pooler.dense.weight is missing");
  refuses("sequence", {{"problem_type", "ranking"}}, "problem_type: \"ranking\" is not known");
  refuses("cross", {{"problem_type", "single_label_classification"}}, "needs two labels");
  refuses("cross", {{"sentence_transformers", {{"activation_fn", "torch.nn.ReLU"}}}},
          "sentence_transformers.activation_fn: torch.nn.ReLU is not known");
  refuses("cross", {{"sbert_ce_default_activation_function", 3}}, "must be a string, got 3");
}

TEST_CASE("a cross-encoder's own code is not run; the default stands for it, and that is said",
          "[classify]") {
  const ModelCopy copy("cross");
  copy.change("config.json", {{"sentence_transformers", {{"activation_fn", "my.Function"}}}});
  ImportNotes notes;
  CHECK(importFolder(copy.path(), notes).head->function == ScoreFunction::Sigmoid);
  std::string all;
  for (const std::string& line : notes.lines) all += line + "\n";
  CHECK_THAT(all, containsText("my.Function is code that is not PyTorch's"));
  // With several labels a cross-encoder gives logits, transformers' pipeline probabilities.
  CHECK(headWith("sequence", {{"sentence_transformers", {{"version", "5.0"}}}}).function ==
        ScoreFunction::None);
}

TEST_CASE("a folder that CrossEncoder saved needs no pooling", "[classify]") {
  const ModelCopy copy("cross");
  writeFile(copy.path("modules.json"),
            R"([{"idx": 0, "name": "0", "path": "",
                 "type": "sentence_transformers.base.modules.transformer.Transformer"}])");
  copy.change("config_sentence_transformers.json",
              {{"model_type", "CrossEncoder"},
               {"activation_fn", "torch.nn.modules.linear.Identity"}});
  CHECK_THROWS_WITH(importModel(copy.path()), containsText("sentence_bert_config.json") &&
                                                  containsText("must be sequence-classification"));
  copy.change("sentence_bert_config.json",
              {{"transformer_task", "sequence-classification"}, {"module_output_name", "scores"}});
  CHECK(importModel(copy.path()).head->function == ScoreFunction::None);
  copy.change("config_sentence_transformers.json", {{"model_type", "SentenceTransformer"}});
  CHECK_THROWS_WITH(importModel(copy.path()), containsText("must be feature-extraction"));
}

TEST_CASE("a model file keeps the head", "[classify]") {
  const TemporaryFolder folder;
  for (const std::string kind : {"sequence", "cross", "tokens", "pooler"}) {
    const std::string file = folder.path(kind + ".itf");
    itf::ModelFile model;
    model.trained = importModel(modelFolder(kind));
    itf::writeModelFile(file, model);
    const Head& wrote = *model.trained.head;
    const Head read = itf::readModelFile(file).trained.head.value();
    CHECK(read.kind == wrote.kind);
    CHECK(read.labels == wrote.labels);
    CHECK(read.function == wrote.function);
    REQUIRE(read.pooler.has_value() == wrote.pooler.has_value());
    if (read.pooler) CHECK(read.pooler->weights == wrote.pooler->weights);
    REQUIRE(read.classifier.has_value() == wrote.classifier.has_value());
    if (read.classifier) {
      CHECK(read.classifier->weights == wrote.classifier->weights);
      CHECK(read.classifier->bias == wrote.classifier->bias);
      CHECK(read.classifier->cols == wrote.labels.size());
    }
    // One label more than the classifier has columns.
    model.trained.head->labels.emplace_back("surplus");
    itf::writeModelFile(file, model);
    CHECK_THROWS_WITH(
        itf::readModelFile(file),
        containsText(kind == "pooler" ? "a pooler has no labels" : "head.classifier"));
  }
}

}  // namespace
}  // namespace intformer::test
