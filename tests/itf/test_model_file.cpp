#include <nlohmann/json.hpp>

#include "sw/embed/backend.hpp"
#include "sw/itf/model_file.hpp"
#include "tests/catch.hpp"
#include "tests/import/synthetic_bert.hpp"
#include "tests/quantizer/support.hpp"

namespace intformer::test {
namespace {

using Catch::Matchers::Contains;

ModelFile sample() {
  const TemporaryFolder folder;
  writeBert(folder, syntheticBert(5));
  ImportNotes notes;
  ModelFile model;
  model.trained = importFolder(folder.path(), notes);
  model.trained.tokenizer.stripAccents = false;
  model.trained.tokenizer.special.mask = "<mask>";
  model.trained.tokenizer.added = {{.content = "the", .id = 4, .singleWord = true},
                                   {.content = "river", .id = 10, .leftStrip = true},
                                   {.content = "was", .id = 13, .rightStrip = true}};
  model.trained.tokenizer.added.back().normalized = true;
  model.trained.tokenizer.prompt = "query: ";
  model.trained.prompts = {{"query", "query: "}, {"document", ""}};
  model.trained.pooling = {PoolingMode::Cls, false};
  return model;
}

ModelFile quantizedSample() {
  ModelFile model = sample();
  model.integers = IntegerModel{
      quantizeModel(model.trained.bert, randomSentences(model.trained.bert, 20, 1), {}),
      {{"calibration", "random"}, {"sentences", "20"}}};
  return model;
}

/// The sections of a model file, to be changed and written again with checksums that fit.
struct Sections {
  std::vector<std::string> names;
  std::vector<std::vector<uint8_t>> bytes;

  explicit Sections(const std::string& path) {
    const ItfFile file(path);
    for (const std::string name :
         {"model.json", "vocabulary.txt", "integers.json", "integers.data"})
      add(file, name);
    for (const char* name : {"embedding.words", "embedding.positions", "embedding.segments",
                             "embedding.norm.gamma", "embedding.norm.beta"})
      add(file, name);
    for (const char* layer : {"layer0.", "layer1."})
      for (const char* name :
           {"query.weights", "query.bias", "key.weights", "key.bias", "value.weights",
            "value.bias", "attention.weights", "attention.bias", "attention.norm.gamma",
            "attention.norm.beta", "hidden.weights", "hidden.bias", "ffn.weights", "ffn.bias",
            "norm.gamma", "norm.beta"})
        add(file, std::string(layer) + name);
  }
  void add(const ItfFile& file, const std::string& name) {
    names.push_back(name);
    const auto section = file.section(name);
    bytes.emplace_back(section.begin(), section.end());
  }
  std::vector<uint8_t>& operator[](const std::string& name) {
    return bytes[static_cast<std::size_t>(std::ranges::find(names, name) - names.begin())];
  }
  void replace(const std::string& name, const std::string& from, const std::string& to) {
    std::string text(operator[](name).begin(), operator[](name).end());
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
    operator[](name).assign(text.begin(), text.end());
  }
  void write(const std::string& path, const std::string& without = "") const {
    std::vector<ItfSection> sections;
    for (std::size_t i = 0; i < names.size(); ++i)
      if (names[i] != without) sections.push_back({names[i], bytes[i]});
    writeItf(path, sections);
  }
};

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
  CHECK(read.trained.bert.config.epsilon == model.trained.bert.config.epsilon);
  const std::vector<uint32_t> tokens = {2, 10, 11, 30, 3};
  CHECK(runFloatBert(read.trained.bert, {{tokens}}).data ==
        runFloatBert(model.trained.bert, {{tokens}}).data);
  REQUIRE(read.integers);
  CHECK(read.integers->origin == model.integers->origin);
  CHECK(runQuantized(read.integers->bert, tokens).data ==
        runQuantized(model.integers->bert, tokens).data);
  CHECK(&integersOf(read, "x") == &*read.integers);
  writeModelFile(folder.path("y.itf"), read);
  CHECK(readModelFile(folder.path("y.itf")).checksum == read.checksum);
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
             Contains("tokens and places must be inputs"));
  CHECK_THAT(replaced("integers.json", "\"rows\":1", "\"rows\":1000000"),
             Contains("integers.json"));
  CHECK_THAT(replaced("integers.json", "\"group_cols\":8", "\"group_cols\":5"),
             Contains("a tensor's size is not that of a model for one token"));
  CHECK_THAT(replaced("integers.json", "\"kind\":\"attention\"", "\"kind\":\"magic\""),
             Contains("unknown kind magic"));
  CHECK_THAT(refusal([](Sections& s) { s["integers.data"].resize(64); }),
             Contains("lie beyond the data"));
}

/// Every number of a JSON value, by its path.
void findNumbers(const nlohmann::ordered_json& json, const nlohmann::json::json_pointer& at,
                 std::vector<std::string>& found) {
  if (json.is_object())
    for (const auto& [key, value] : json.items()) findNumbers(value, at / key, found);
  if (json.is_array())
    for (std::size_t i = 0; i < json.size(); ++i) findNumbers(json[i], at / i, found);
  if (json.is_number_integer()) found.push_back(at.to_string());
}

TEST_CASE("numbers that lie in a model file are refused, at the latest by the model", "[itf]") {
  const TemporaryFolder folder;
  writeModelFile(folder.path("x.itf"), quantizedSample());
  const Sections good(folder.path("x.itf"));
  Sections bad = good;
  const auto json = nlohmann::ordered_json::parse(bad["integers.json"]);
  std::vector<std::string> paths;
  findNumbers(json, nlohmann::json::json_pointer(), paths);
  std::size_t refused = 0, tried = 0;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const nlohmann::ordered_json::json_pointer at(paths[i]);
    for (const uint64_t value : {uint64_t{0}, uint64_t{3}, uint64_t{65535}, uint64_t{0x80000001},
                                 uint64_t{0xffffffff}, ~uint64_t{0}}) {
      if ((i + value) % 3 != 0) continue;  // a third of them is enough for a test
      auto changed = json;
      changed[at] = value;
      const std::string text = changed.dump();
      bad["integers.json"].assign(text.begin(), text.end());
      bad.write(folder.path("y.itf"));
      INFO(paths[i] << " = " << value);
      ++tried;
      try {
        const ModelFile model = readModelFile(folder.path("y.itf"));
        const auto backend = goldenBackend(model.integers->bert, Family::Pwl);
        const std::vector<std::vector<uint32_t>> sentences = {{2, 10, 3}, {2, 3}};
        const FloatMatrix states = backend->run(sentences);
        CHECK(states.rows == 5);
      } catch (const ItfError&) {
        ++refused;
      } catch (const std::invalid_argument&) {  // GraphError among them
        ++refused;
      }
    }
  }
  INFO(refused << " of " << tried << " refused");
  CHECK(refused > tried / 2);
}

}  // namespace
}  // namespace intformer::test
