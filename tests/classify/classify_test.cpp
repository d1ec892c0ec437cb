// Texts and pairs through a head, as a user calls the program.
#include <nlohmann/json.hpp>

#include "tests/program.hpp"
#include "tests/temporary_folder.hpp"

namespace intformer::test {
namespace {

using nlohmann::json;

const std::string kFolder = "tests/classify/";

/// A folder with one of the models, imported and quantized.
struct Model : TemporaryFolder {
  std::string file = path("model.itf");

  explicit Model(const std::string& kind) {
    expectFine("import " + kFolder + kind + " --strict --out " + file);
    expectFine("quantize " + file + " --drawn 60 --out " + file);
  }
  /// The command's JSON object.
  [[nodiscard]] json classify(const std::string& arguments) const {
    expectFine("classify --model " + file + " " + arguments + " --json " + path("out.json"));
    return json::parse(readText(path("out.json")));
  }
  void refuses(const std::string& arguments, const std::string& reason) const {
    expectRefusal("classify --model " + file + " " + arguments, reason);
  }
};

TEST_CASE("import names what it leaves out, and refuses that only when asked", "[models]") {
  const TemporaryFolder folder;
  std::filesystem::copy(kFolder + "sequence", folder.path("model"));
  json config = json::parse(readText(folder.path("model/config.json")));
  config["architectures"] = {"BertForMultipleChoice"};
  writeFile(folder.path("model/config.json"), config.dump());
  const std::string import =
      "import " + folder.path("model") + " --out " + folder.path("model.itf");
  expectRefusal(import + " --strict", "--strict");
  CHECK_FALSE(std::filesystem::exists(folder.path("model.itf")));
  const Outcome outcome = expectFine(import);
  CHECK_THAT(outcome.text, containsText("the head of BertForMultipleChoice") &&
                               containsText("classifier.bias classifier.weight"));
  CHECK_THAT(expectFine("import " + kFolder + "sequence --strict --out " + folder.path("x.itf")).text,
             containsText("3 labels for every text or pair of texts; scores: softmax"));
}

TEST_CASE("a cross-encoder scores pairs on all backends", "[models]") {
  const Model model("cross");
  const std::string pairs = "'A red ship runs at night.' --pair 'The ship is red.' --pair ''";
  const std::string on = " --config configs/tiny4.toml";
  const json golden = model.classify(pairs + on + " --tolerance 0.2");
  REQUIRE(golden["rows"].size() == 2);
  CHECK(golden["labels"] == json{"LABEL_0"});
  CHECK(golden["scores"] == "sigmoid");
  CHECK(golden["rows"][0]["pair"] == "The ship is red.");
  CHECK(golden["rows"][1]["pair"] == "");
  CHECK(golden["rows"][1]["tokens"] == 10);
  const json rtl = model.classify(pairs + on + " --backend rtl");
  CHECK(rtl["rows"] == golden["rows"]);
  CHECK(rtl["device"]["values_compared"] > 1000);
  CHECK(model.classify(pairs + on + " --backend emulator")["rows"] == golden["rows"]);

  // The published library's logits and scores; golden's differ.
  const json all = json::parse(readText(kFolder + "reference.json"));
  const json real = model.classify(pairs + " --backend float");
  for (const std::size_t i : {0, 1}) {
    const json& expected = all["cross"][4 + i];
    REQUIRE(expected["pair"] == real["rows"][i]["pair"]);
    CHECK(real["rows"][i]["logits"][0] == Approx(double{expected["logits"][0]}).margin(1e-4));
    CHECK(real["rows"][i]["score"] ==
          Approx(double{all["cross_scores"]["default"][i]}).margin(1e-4));
    CHECK(real["rows"][i]["logits"] != golden["rows"][i]["logits"]);
  }
  const json raw = model.classify(pairs + on + " --scores none");
  CHECK(raw["rows"][0]["scores"] == golden["rows"][0]["logits"]);
  const Outcome far = runProgram("classify --model " + model.file + " x --tolerance 1e-9");
  CHECK(far.status == 2);
  CHECK_THAT(far.text, containsText("ABOVE the tolerance of 1e-09"));
}

TEST_CASE("texts and pairs come as arguments, lines and JSON, a row each", "[models]") {
  const Model model("sequence");
  writeFile(model.path("lines"), "A cat.\n\n[a, b]\n");
  writeFile(model.path("pairs"), "A cat.\tA dog.\n\tA dog.\nA cat.\t\n");
  writeFile(model.path("objects"),
            "{\"text\": \"A\\tcat.\", \"pair\": \"A dog.\"}\n{\"text\": \"A cat.\"}\n");
  const json all = model.classify("'A cat.' --input " + model.path("lines") + " --input-pairs " +
                                  model.path("pairs") + " --input-jsonl " + model.path("objects"));
  const json& rows = all["rows"];
  REQUIRE(rows.size() == 9);
  CHECK(rows[0]["text"] == "A cat.");
  CHECK(rows[2]["text"] == "");
  CHECK(rows[2]["tokens"] == 2);
  CHECK(rows[1] == rows[0]);
  CHECK(rows[3]["text"] == "[a, b]");
  CHECK(rows[4]["pair"] == "A dog.");
  CHECK(rows[5]["text"] == "");
  CHECK(rows[6]["pair"] == "");
  CHECK(rows[7]["text"] == "A\tcat.");
  CHECK(rows[7]["logits"] == rows[4]["logits"]);
  CHECK_FALSE(rows[8].contains("pair"));
  CHECK(rows[8]["logits"] != rows[6]["logits"]);
  double sum = 0;
  for (const double score : rows[4]["scores"]) sum += score;
  CHECK(sum == Approx(1));
  for (std::size_t i = 0; i < 3; ++i)
    if (rows[4]["label"] == all["labels"][i]) CHECK(rows[4]["score"] == rows[4]["scores"][i]);

  writeFile(model.path("bad"), "A cat.\tA dog.\nA cat.\n");
  model.refuses("--input-pairs " + model.path("bad"), "bad:2: has 0 tabs");
  writeFile(model.path("bad"), "{\"text\": \"A cat.\", \"second\": \"A dog.\"}\n");
  model.refuses("--input-jsonl " + model.path("bad"), "bad:1: has the key second");
  writeFile(model.path("bad"), "{\"text\": 3}\n");
  model.refuses("--input-jsonl " + model.path("bad"), "bad:1: is no JSON object with a text");
  model.refuses("--pair x", "give the first one too");
  model.refuses("", "no texts");
  model.refuses("x --scores relu", "--scores");
  writeFile(model.path("one"), "x\n");
  const Outcome lines = runProgram("classify --model " + model.file + " --input - --jsonl -",
                                   model.path("one"));
  CHECK(lines.status == 0);
  CHECK(json::parse(lines.text)["text"] == "x");
}

TEST_CASE("a model for tokens labels each of them", "[models]") {
  const Model model("tokens");
  const json all = json::parse(readText(kFolder + "reference.json"));
  const json row = model.classify("'The old bridge is open.' --backend float")["rows"][0];
  REQUIRE(row["tokens"].size() == all["tokens"][0]["ids"].size());
  for (std::size_t i = 0; i < row["tokens"].size(); ++i) {
    CHECK(row["tokens"][i]["id"] == all["tokens"][0]["ids"][i]);
    for (std::size_t c = 0; c < 5; ++c)
      CHECK(row["tokens"][i]["logits"][c] ==
            Approx(double{all["tokens"][0]["logits"][i][c]}).margin(1e-4));
  }
  const Outcome text = expectFine("classify --model " + model.file + " 'The old bridge.'");
  CHECK_THAT(text.text, containsText("\n  bridge           ") && containsText("B-LOC 0.") &&
                            !containsText("[CLS]"));
}

TEST_CASE("an encoder with a pooler gives its output, one without is refused", "[models]") {
  const TemporaryFolder folder;
  const std::string file = folder.path("small.itf");
  expectFine("import tests/models/small --out " + file);
  expectFine("classify --model " + file + " 'The old bridge is open.' --backend float --json " +
             folder.path("out.json"));
  const json all = json::parse(readText(kFolder + "reference.json"));
  const json row = json::parse(readText(folder.path("out.json")))["rows"][0];
  REQUIRE(row["pooled"].size() == 32);
  for (std::size_t c = 0; c < 32; ++c)
    CHECK(row["pooled"][c] == Approx(double{all["pooler"][0]["logits"][c]}).margin(1e-4));

  std::filesystem::copy(kFolder + "tokens", folder.path("plain"));
  json config = json::parse(readText(folder.path("plain/config.json")));
  config["architectures"] = {"BertModel"};
  writeFile(folder.path("plain/config.json"), config.dump());
  expectFine("import " + folder.path("plain") + " --out " + file);
  expectRefusal("classify --model " + file + " x --backend float", "has no head and no pooler");
}

}  // namespace
}  // namespace intformer::test
