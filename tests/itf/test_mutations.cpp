#include <fmt/format.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <regex>

#include "sw/compiler/compile.hpp"
#include "sw/graph/lengths.hpp"
#include "tests/catch.hpp"
#include "tests/compiler/support.hpp"
#include "tests/itf/sample.hpp"
#include "tests/temporary_folder.hpp"

namespace intformer::test {

using namespace itf;

namespace {

using Json = nlohmann::ordered_json;

/// Calls visit(path) for every value of the JSON that is neither object nor list.
void forEachLeaf(const Json& json, const Json::json_pointer& at,
                 const std::function<void(const Json::json_pointer&)>& visit) {
  if (json.is_object())
    for (const auto& [key, value] : json.items()) forEachLeaf(value, at / key, visit);
  else if (json.is_array())
    for (std::size_t i = 0; i < json.size(); ++i) forEachLeaf(json[i], at / i, visit);
  else
    visit(at);
}

/// Other values for a field: neighbours, small ones, and the ends of every width.
std::vector<Json> othersOf(const Json& value) {
  if (value.is_boolean()) return {!value.get<bool>(), 1, nullptr};
  if (value.is_string()) return {"", "a\nb", "embedding.sum", nullptr};
  std::vector<Json> others = {0, 1, 2, 5, 16, 255, 32768, 65535, 65536, -1, nullptr, 0x7fffffff,
                              0x80000000U, 0xffffffffU, ~uint64_t{0}};
  if (value.is_number_unsigned())
    for (const uint64_t other : {value.get<uint64_t>() + 1, value.get<uint64_t>() - 1,
                                 value.get<uint64_t>() * 2})
      others.emplace_back(other);
  std::erase(others, value);
  return others;
}

/// What becomes of changed model files: refused with operator or tensor, field and value, or run.
class Trial {
 public:
  Trial() : model_(quantizedSample()) {
    writeModelFile(folder_.path("x.itf"), model_);
    good_.emplace(folder_.path("x.itf"));
  }
  [[nodiscard]] Sections& sections() { return *good_; }

  /// Empty when refused or equal, else what is wrong.
  std::string fault(const Sections& changed) {
    changed.write(folder_.path("y.itf"));
    Graph graph;
    try {
      ModelFile file = readModelFile(folder_.path("y.itf"));
      graph = std::move(file.integers->model.graph);
    } catch (const ItfError& error) {
      ++refused_;
      static const std::regex named(
          "integers.json: (operator [^ ]+: [a-z]|tensor [^ ]+: [a-z]|graph[.]|[a-z_0-9]+[: .])");
      const std::string text = error.what();
      return std::regex_search(text, named) ? "" : "refused without a name: " + text;
    }
    ++taken_;
    const std::vector<std::vector<uint32_t>> sentences = {{2, 10, 3}, {2, 3}};
    setLengths(graph, lengthsOf(sentences));
    const Plan plan = configPlan("tiny4");
    try {
      const Program program = compiler::compile(graph, plan, {.search = false});
      return runAndCompare(graph, plan, program, tokenInputs(graph, sentences));
    } catch (const compiler::CompileError&) {  // legal, and too large for the device
      return {};
    }
  }
  [[nodiscard]] std::size_t refused() const { return refused_; }
  [[nodiscard]] std::size_t taken() const { return taken_; }

 private:
  TemporaryFolder folder_;
  ModelFile model_;
  std::optional<Sections> good_;
  std::size_t refused_ = 0, taken_ = 0;
};

TEST_CASE("every field of a model file is refused by name, or the model runs", "[mutations]") {
  Trial trial;
  const Sections good = trial.sections();
  REQUIRE(trial.fault(good).empty());
  Sections bad = good;
  const Json json = Json::parse(bad["integers.json"]);
  forEachLeaf(json, Json::json_pointer(), [&](const Json::json_pointer& at) {
    if (at.to_string().starts_with("/origin")) return;  // free text
    for (const Json& other : othersOf(json.at(at))) {
      Json changed = json;
      changed.at(at) = other;
      const std::string text = changed.dump();
      bad["integers.json"].assign(text.begin(), text.end());
      INFO(at.to_string() << " = " << other.dump());
      std::string fault;
      REQUIRE_NOTHROW(fault = trial.fault(bad));
      REQUIRE(fault == "");
    }
  });
  INFO(trial.refused() << " refused, " << trial.taken() << " taken");
  CHECK(trial.refused() > 3000);
  CHECK(trial.taken() > 100);
}

TEST_CASE("every kind of number in a model file is refused by name, or the model runs",
          "[mutations]") {
  Trial trial;
  const Sections good = trial.sections();
  Sections bad = good;
  const Json json = Json::parse(bad["integers.json"]);
  forEachLeaf(json, Json::json_pointer(), [&](const Json::json_pointer& leaf) {
    if (leaf.back() != "at") return;
    const auto first = json.at(leaf).get<std::size_t>();
    for (const std::size_t at : {first, first + 3, first + 7})
      for (const uint8_t value : {0x00, 0x7f, 0x80, 0xff}) {
        if (at >= good.bytes[0].size() && at >= bad["integers.data"].size()) continue;
        uint8_t& byte = bad["integers.data"].at(at);
        const uint8_t before = std::exchange(byte, value);
        INFO(leaf.to_string() << ": byte " << at << " = " << int{value});
        std::string fault;
        REQUIRE_NOTHROW(fault = trial.fault(bad));
        byte = before;
        REQUIRE(fault == "");
      }
  });
  INFO(trial.refused() << " refused, " << trial.taken() << " taken");
  CHECK(trial.refused() > 100);
  CHECK(trial.taken() > 500);
}

TEST_CASE("a sequence that begins behind its rows is refused with operator and value",
          "[mutations]") {
  const TemporaryFolder folder;
  writeModelFile(folder.path("x.itf"), quantizedSample());
  Sections bad(folder.path("x.itf"));
  bad.replace("integers.json", "\"first_row\":0", "\"first_row\":16");
  bad.write(folder.path("y.itf"));
  CHECK_THROWS_WITH(readModelFile(folder.path("y.itf")),
                    containsText("operator layer0.attention.context: first_row 16: 1 rows from "
                                 "there on are more than the 1 of layer0.attention.query"));
}

}  // namespace
}  // namespace intformer::test
