#include <functional>
#include <nlohmann/json.hpp>

#include "sw/golden/golden.hpp"
#include "sw/itf/graph_json.hpp"
#include "tests/catch.hpp"
#include "tests/model/small_spec.hpp"
#include "tests/root_mean_square.hpp"

namespace intformer::test {

using itf::GraphFormatError;
using itf::graphFromJson;
using itf::graphToJson;

namespace {

using Catch::Matchers::Contains;
using Json = nlohmann::ordered_json;

Graph sample() {
  return model::buildBertEncoder(smallSpec(), 2, {5, 3}, 11, model::EncoderInput::Tokens);
}

TEST_CASE("a graph comes back from JSON with every integer", "[itf]") {
  const Graph graph = sample();
  std::vector<uint8_t> blob;
  const Json json = graphToJson(graph, blob);
  const Graph read = graphFromJson(Json::parse(json.dump()), blob);
  CHECK(read.name == graph.name);
  REQUIRE(read.tensors.size() == graph.tensors.size());
  for (std::size_t i = 0; i < graph.tensors.size(); ++i) {
    CHECK(read.tensors[i].name == graph.tensors[i].name);
    CHECK(read.tensors[i].groupCols == graph.tensors[i].groupCols);
    CHECK(read.tensors[i].role == graph.tensors[i].role);
  }
  // Every integer counts for some value, or is written again as it was.
  const TensorValues inputs = model::seededInputs(graph, 4);
  CHECK(golden::runGolden(read, inputs, Family::Pwl) ==
        golden::runGolden(graph, inputs, Family::Pwl));
  std::vector<uint8_t> again;
  CHECK(graphToJson(read, again) == json);
  CHECK(again == blob);
}

TEST_CASE("a field with a usual value is written where it has another", "[itf]") {
  Graph graph = sample();
  std::vector<uint8_t> blob;
  CHECK(graphToJson(graph, blob).dump().find("root_mean_square") == std::string::npos);
  useRootMeanSquare(graph);
  blob.clear();
  const Json json = graphToJson(graph, blob);
  const Graph read = graphFromJson(json, blob);
  for (const LayerNorm* norm : operatorsOf<LayerNorm>(read))
    CHECK(norm->rootMeanSquare);
  Json wrong = json;
  for (Json& op : wrong["operators"])
    if (op.contains("root_mean_square")) op["root_mean_square"] = 1;
  CHECK_THROWS_WITH(graphFromJson(wrong, blob), Contains("root_mean_square must be true or false"));
}

TEST_CASE("constants come back with their values", "[itf]") {
  Graph graph = model::buildBertEncoder(smallSpec(), 1, {4}, 11);
  TensorValues inputs = model::seededInputs(graph, 4);
  for (const TensorId id : {0U, 1U}) {  // int8 and int16
    graph.tensors[id].role = TensorRole::Constant;
    graph.constants[id] = inputs[id];
  }
  std::vector<uint8_t> blob;
  const Json json = graphToJson(graph, blob);
  CHECK(graphFromJson(Json::parse(json.dump()), blob).constants == graph.constants);
  Json wrong = json;
  wrong["tensors"][0].erase("values");
  CHECK_THROWS_WITH(graphFromJson(wrong, blob), "graph.tensors[0].values is missing");
  wrong = json;
  wrong["tensors"][2]["values"] = wrong["tensors"][0]["values"];
  CHECK_THROWS_WITH(graphFromJson(wrong, blob), "graph.tensors[2].values is not known");
  wrong = json;
  wrong["tensors"][0]["values"]["count"] = 1U << 30;
  CHECK_THROWS_WITH(graphFromJson(wrong, blob), Contains("lie beyond the data"));
  graph.constants.clear();  // a form that is still to be filled in
  blob.clear();
  const Json form = graphToJson(graph, blob);
  CHECK(graphFromJson(form, blob).constants.empty());
}

/// Calls visit(path, value) for every value of the JSON, deepest first.
void forEachPath(const Json& json, const Json::json_pointer& at,
                 const std::function<void(const Json::json_pointer&)>& visit) {
  if (json.is_object())
    for (const auto& [key, value] : json.items()) forEachPath(value, at / key, visit);
  if (json.is_array())
    for (std::size_t i = 0; i < json.size(); ++i) forEachPath(json[i], at / i, visit);
  if (!at.empty()) visit(at);
}

TEST_CASE("graphs with a field missing or of another type are refused", "[itf]") {
  const Graph graph = model::buildBertEncoder(smallSpec(), 1, {2}, 3, model::EncoderInput::Tokens);
  std::vector<uint8_t> blob;
  const Json good = graphToJson(graph, blob);
  std::size_t tried = 0;
  forEachPath(good, Json::json_pointer(), [&](const Json::json_pointer& at) {
    INFO(at.to_string());
    if (at.parent_pointer().empty() && at.back() == "tensors") return;
    if (good.at(at.parent_pointer()).is_object()) {
      Json bad = good;
      bad.at(at.parent_pointer()).erase(at.back());
      CHECK_THROWS_AS(graphFromJson(bad, blob), GraphFormatError);
      ++tried;
    }
    const bool name = at.back() == "name";
    for (const Json& other : {Json(-1), Json(uint64_t{1} << 63), Json(1.5), Json("text"), Json(),
                              Json::array(), Json::object()}) {
      if (name && other.is_string()) continue;
      Json bad = good;
      bad.at(at) = other;
      // Numbers that fit and lists that end early are another graph, which golden judges; but an
      // optional tensor may be null and a mask's bound negative.
      const std::string key = at.back();
      if ((other.is_null() && (key.starts_with("output") || key == "weights")) ||
          (other == -1 && key.starts_with("mask_")) ||
          (other.is_array() && (key == "operators" || key == "segments")) ||
          (key == "epsilon" && other.is_number_unsigned()))
        continue;
      INFO(other.dump());
      CHECK_THROWS_AS(graphFromJson(bad, blob), GraphFormatError);
      ++tried;
    }
  });
  CHECK(tried > 1000);
}

TEST_CASE("graphs that point beyond their data are refused by name", "[itf]") {
  const Graph graph = sample();
  std::vector<uint8_t> blob;
  const Json good = graphToJson(graph, blob);
  const auto refusal = [&](const char* path, const Json& value) {
    Json bad = good;
    bad[Json::json_pointer(path)] = value;
    try {
      graphFromJson(bad, blob);
    } catch (const GraphFormatError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK_THAT(refusal("/operators/0/tokens/count", uint64_t{1} << 62),
             Contains("operators[0].tokens 4611686018427387904 values at byte") &&
                 Contains("lie beyond the data"));
  CHECK_THAT(refusal("/operators/0/tokens/at", blob.size() + 1), Contains("beyond the data"));
  CHECK_THAT(refusal("/operators/0/output", 9999), Contains("names tensor 9999 of"));
  CHECK_THAT(refusal("/operators/0/kind", "convolution"), Contains("unknown kind convolution"));
  CHECK_THAT(refusal("/tensors/0/type", 77), Contains("tensors[0].type 77 is not known"));
  CHECK_THAT(refusal("/tensors/1/name", good["tensors"][0]["name"]),
             Contains("tensors[1].name is another tensor's too"));
  CHECK_THAT(refusal("/tensors", 3), Contains("graph.tensors is missing or no list"));
  CHECK_THAT(refusal("/operators/0/surprise", 1), Contains("surprise is not known"));
}

}  // namespace
}  // namespace intformer::test
