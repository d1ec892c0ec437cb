// The tokenize subcommand, as a user calls it.
#include "tests/program.hpp"

#include <nlohmann/json.hpp>

#include "tests/import/synthetic_bert.hpp"

namespace intformer::test {
namespace {

/// A model's folder with the 40 pieces of the synthetic BERT.
struct Model : TemporaryFolder {
  Model() { writeBert(*this, {}); }
};

TEST_CASE("tokenize prints ids and pieces of every text", "[cli]") {
  const Model model;
  const Outcome outcome =
      runProgram("tokenize --model " + model.path() + " 'The RIVERS, was?' '' 'x nowhere'");
  CHECK(outcome.status == 0);
  CHECK(outcome.text ==
        "8 tokens: The RIVERS, was?\n"
        "  ids:    2 4 10 15 22 13 24 3\n"
        "  pieces: [CLS] the river ##s , was ? [SEP]\n"
        "2 tokens: \n"
        "  ids:    2 3\n"
        "  pieces: [CLS] [SEP]\n"
        "4 tokens: x nowhere\n"
        "  ids:    2 32 1 3\n"
        "  pieces: [CLS] x [UNK] [SEP]\n");
}

TEST_CASE("tokenize reads lines from stdin and writes JSON", "[cli]") {
  const Model model;
  writeFile(model.path("lines"), "the river\n\nth\xff" "e [SEP]\n");
  const Outcome outcome =
      runProgram("tokenize --model " + model.path() + " --json - a -", model.path("lines"));
  CHECK(outcome.status == 0);
  const auto json = nlohmann::json::parse(outcome.text);
  REQUIRE(json.size() == 4);
  CHECK(json[0]["ids"] == std::vector<int>{2, 5, 3});
  CHECK(json[1]["text"] == "the river");
  CHECK(json[1]["pieces"] == std::vector<std::string>{"[CLS]", "the", "river", "[SEP]"});
  CHECK(json[2]["tokens_uncut"] == 2);
  CHECK(json[3]["text"] == "th\ufffde [SEP]");
  CHECK(json[3]["ids"] == std::vector<int>{2, 4, 3, 3});

  REQUIRE(runProgram("tokenize --model " + model.path() + " --json " + model.path("new/ids.json") +
                     " a").status == 0);
  CHECK(std::filesystem::file_size(model.path("new/ids.json")) > 0);
}

TEST_CASE("tokenize says when it cuts a text", "[cli]") {
  const Model model;
  std::string words;
  for (int i = 0; i < 600; ++i) words += "the ";
  const Outcome outcome = runProgram("tokenize --model " + model.path() + " '" + words + "'");
  CHECK(outcome.status == 0);
  CHECK_THAT(outcome.text, containsText("64 tokens, cut from 602:"));
}

TEST_CASE("tokenize takes a model file, and the options of a folder", "[cli]") {
  const TemporaryFolder folder;
  writeBert(folder, syntheticBert(1));
  writeFile(folder.path("tokenizer_config.json"), R"({"do_lower_case": false})");
  REQUIRE(runProgram("import " + folder.path() + " --out " + folder.path("m.itf")).status == 0);
  for (const std::string& model : {folder.path(), folder.path("m.itf")}) {
    const Outcome outcome = runProgram("tokenize --model " + model + " 'the The'");
    INFO(outcome.text);
    CHECK(outcome.status == 0);
    CHECK_THAT(outcome.text, containsText("[CLS] the [UNK] [SEP]"));
  }
}

TEST_CASE("tokenize refuses what is no model", "[cli]") {
  const Model model;
  CHECK_THAT(runProgram("tokenize --model /nowhere x").text, containsText("/nowhere: "));
  CHECK(runProgram("tokenize --model /nowhere x").status == 1);
  CHECK(runProgram("tokenize --model " + model.path()).status == 1);
  std::filesystem::remove(model.path("vocab.txt"));
  const Outcome outcome = runProgram("tokenize --model " + model.path() + " x");
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.text, containsText("vocab.txt: cannot be opened"));
}

}  // namespace
}  // namespace intformer::test
