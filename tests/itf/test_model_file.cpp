#include "sw/float/run_float.hpp"
#include "tests/catch.hpp"
#include "tests/itf/sample.hpp"
#include "tests/quantizer/support.hpp"
#include "tests/temporary_folder.hpp"

namespace intformer::test {

using namespace itf;

namespace {

using Catch::Matchers::Contains;

TEST_CASE("a model file keeps the trained model and its integers", "[itf]") {
  const TemporaryFolder folder;
  const ModelFile model = quantizedSample();
  writeModelFile(folder.path("x.itf"), model);
  const ModelFile read = readModelFile(folder.path("x.itf"));
  CHECK(read.trained.name == model.trained.name);
  CHECK(read.trained.vocabulary == model.trained.vocabulary);
  CHECK(read.trained.tokenizer.stripAccents == std::optional(false));
  CHECK(read.trained.tokenizer.maxTokens == 64);
  CHECK(read.trained.tokenizer.special == model.trained.tokenizer.special);
  CHECK(read.trained.tokenizer.added == model.trained.tokenizer.added);
  CHECK(read.trained.tokenizer.prompt == "query: ");
  CHECK(read.trained.prompts == model.trained.prompts);
  CHECK(read.trained.pooling == model.trained.pooling);
  CHECK(read.trained.network.shape.epsilon == model.trained.network.shape.epsilon);
  const std::vector<uint32_t> tokens = {2, 10, 11, 30, 3};
  CHECK(floating::floatOutput(read.trained.network.graph, {{tokens}}).data ==
        floating::floatOutput(model.trained.network.graph, {{tokens}}).data);
  REQUIRE(read.integers);
  CHECK(read.integers->origin == model.integers->origin);
  CHECK(runQuantized(read.integers->model, tokens).data ==
        runQuantized(model.integers->model, tokens).data);
  CHECK(&integersOf(read, "x") == &*read.integers);
  writeModelFile(folder.path("y.itf"), read);
  CHECK(readModelFile(folder.path("y.itf")).checksum == read.checksum);
}

TEST_CASE("a model file keeps the activation, and files from before had GELU", "[itf]") {
  const TemporaryFolder folder;
  ModelFile model = sample();
  const auto kinds = [](const ModelFile& file) {
    std::vector<ActivationKind> found;
    for (const auto& op : file.trained.network.graph.operators)
      if (const auto* linear = std::get_if<floating::FloatLinear>(&op))
        if (const auto* activation = std::get_if<floating::FloatActivation>(&linear->epilogue))
          found.push_back(activation->kind);
    return found;
  };
  writeModelFile(folder.path("x.itf"), model);
  CHECK(readText(folder.path("x.itf")).find("\"activation\"") == std::string::npos);
  CHECK(kinds(readModelFile(folder.path("x.itf"))).front() == ActivationKind::Gelu);
  model.trained.network.shape.activation = ActivationKind::Silu;
  writeModelFile(folder.path("x.itf"), model);
  const ModelFile read = readModelFile(folder.path("x.itf"));
  CHECK(read.trained.network.shape.activation == ActivationKind::Silu);
  CHECK(kinds(read).front() == ActivationKind::Silu);
}

TEST_CASE("a model that is not quantized says how to do it", "[itf]") {
  const TemporaryFolder folder;
  writeModelFile(folder.path("x.itf"), sample());
  const ModelFile read = readModelFile(folder.path("x.itf"));
  CHECK_FALSE(read.integers);
  CHECK_THROWS_WITH(integersOf(read, "x.itf"),
                    Contains("x.itf: holds no integers yet: intformer quantize x.itf --out x.itf"));
}

TEST_CASE("damage anywhere in a model file is noticed", "[itf]") {
  const TemporaryFolder folder;
  writeModelFile(folder.path("x.itf"), quantizedSample());
  const std::string good = readText(folder.path("x.itf"));
  for (std::size_t at = 5; at < good.size(); at += 997) {  // in every section
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    writeFile(folder.path("y.itf"), bad);
    INFO("byte " << at);
    REQUIRE_THROWS_AS(readModelFile(folder.path("y.itf")), ItfError);
    writeFile(folder.path("y.itf"), bad.substr(0, at));
    REQUIRE_THROWS_AS(readModelFile(folder.path("y.itf")), ItfError);
  }
}

TEST_CASE("contents that contradict each other are refused though the checksums fit", "[itf]") {
  const TemporaryFolder folder;
  writeModelFile(folder.path("x.itf"), quantizedSample());
  const Sections good(folder.path("x.itf"));
  const auto refusal = [&](const std::function<void(Sections&)>& change,
                           const std::string& without = "") {
    Sections sections = good;
    change(sections);
    sections.write(folder.path("y.itf"), without);
    try {
      readModelFile(folder.path("y.itf"));
    } catch (const ItfError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const auto replaced = [&](const char* section, const char* from, const char* to) {
    return refusal([&](Sections& s) { s.replace(section, from, to); });
  };
  REQUIRE(refusal([](Sections&) {}).empty());
  CHECK_THAT(refusal([](Sections&) {}, "layer1.key.bias"),
             Contains("lacks the section layer1.key.bias"));
  CHECK_THAT(refusal([](Sections& s) { s["layer0.ffn.weights"].resize(100); }),
             Contains("layer0.ffn.weights has 100 bytes, the shape [64, 32] asks for 8192"));
  CHECK_THAT(refusal([](Sections& s) {
               s["embedding.words"][2] = 0xc0;
               s["embedding.words"][3] = 0x7f;
             }),
             Contains("embedding.words holds a value that is not finite"));
  CHECK_THAT(refusal([](Sections& s) { s["vocabulary.txt"].pop_back(); }),
             Contains("an unfinished one"));
  CHECK_THAT(refusal([](Sections& s) { s["model.json"] = {'{'}; }),
             Contains("model.json is not a JSON object"));
  CHECK_THAT(refusal([](Sections& s) { s["integers.json"].assign(1'000'000, '['); }),
             Contains("integers.json is not a JSON object"));
  CHECK_THAT(replaced("integers.json", "\"depth\":32",
                      ("\"depth\":" + std::string(300'000, '[') + std::string(300'000, ']'))
                          .c_str()),
             Contains("integers.json is not a JSON object"));
  CHECK_THAT(replaced("model.json", "\"width\": 32", "\"width\": 99999"),
             Contains("width: must be a count from 1 to 4096, got 99999"));
  CHECK_THAT(replaced("model.json", "\"heads\": 4", "\"heads\": 5"), Contains("divide the width"));
  CHECK_THAT(replaced("model.json", "\"layers\": 2", "\"layers\": -2"),
             Contains("layers: must be"));
  CHECK_THAT(replaced("model.json", "\"cls\"", "\"max\""), Contains("unknown mode max"));
  CHECK_THAT(replaced("model.json", "bert-encoder", "gpt"), Contains("a model of kind gpt"));
  CHECK_THAT(replaced("model.json", "\"lower_case\"", "\"lower\""),
             Contains("lower_case is missing"));
  CHECK_THAT(replaced("model.json", "\"id\": 4", "\"id\": 40"),
             Contains("added token \"the\" has id 40, the table of words has 40 rows"));
  CHECK_THAT(replaced("model.json", "\"query\": \"query: \"", "\"query\": 3"),
             Contains("prompts: query: must be a string"));
  CHECK_THAT(replaced("integers.json", "\"tokens\":0", "\"tokens\":7"),
             Contains("tokens 7 and places 1 must be the inputs of operator embedding.sum"));
  CHECK_THAT(replaced("integers.json", "\"mask_high_moves\":false", "\"mask_high_moves\":true"),
             Contains("operator layer0.attention.context: mask: lets in other tokens"));
  CHECK_THAT(replaced("integers.json", "\"name\":\"layer1.ffn.hidden\",\"input",
                      "\"name\":\"layer7.ffn.hidden\",\"input"),
             Contains("the model has layer1.ffn.hidden there"));
  CHECK_THAT(replaced("integers.json", "\"rows\":1", "\"rows\":1000000"),
             Contains("integers.json"));
  CHECK_THAT(replaced("integers.json", "\"group_cols\":8", "\"group_cols\":5"),
             Contains("tensor layer0.attention.query: group_cols 5: must divide its 32 columns"));
  CHECK_THAT(replaced("integers.json", "\"kind\":\"attention\"", "\"kind\":\"magic\""),
             Contains("unknown kind magic"));
  CHECK_THAT(refusal([](Sections& s) { s["integers.data"].resize(64); }),
             Contains("lie beyond the data"));
}

}  // namespace
}  // namespace intformer::test
