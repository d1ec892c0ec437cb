#include "sw/report/explain.hpp"

#include <nlohmann/json.hpp>

#include "gen/config.hpp"
#include "sw/model/bert.hpp"
#include "tests/catch.hpp"

using namespace intformer;

TEST_CASE("an explanation gathers operators of one shape and accounts for every cycle") {
  const Plan plan = *loadConfig("configs/tiny4.toml", {}).plan;
  const Graph graph =
      model::buildBertEncoder({.name = "small", .width = 8, .heads = 2, .ffn = 16}, 1, 5, 1);
  compiler::Decision decision;
  const Program program = compiler::compile(graph, plan, {}, &decision);
  const report::Explanation explanation =
      report::explain(graph, plan, {}, program, decision, {}, "small on tiny4");
  const auto json = nlohmann::json::parse(explanation.json);
  CHECK(explanation.text.starts_with("small on tiny4\n"));
  CHECK(json["of_operators"] == graph.operators.size());
  std::size_t names = 0;
  uint64_t cycles = 0;
  for (const auto& group : json["operators"]) {
    names += group["names"].size();
    cycles += group["cycles"].get<uint64_t>();
    CHECK(explanation.text.find(group["operator"].get<std::string>()) != std::string::npos);
    CHECK(group["bytes"] >= group["least_bytes"]);
  }
  CHECK(names == graph.operators.size());
  CHECK(json["cycles"] == cycles);
  CHECK(json["operators"][0]["operator"] == "linear 5x8 -> 8 int8");
  CHECK(json["operators"][0]["names"].size() == 3);
}
