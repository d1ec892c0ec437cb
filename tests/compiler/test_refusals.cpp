#include <fmt/format.h>

#include <regex>

#include "sw/model/bert.hpp"
#include "tests/catch.hpp"
#include "tests/compiler/random_graph.hpp"
#include "tests/compiler/support.hpp"

using namespace intformer;
using namespace intformer::test;
using intformer::compiler::compile;

namespace {

Graph wideHeads(uint32_t seq) {
  model::Random random(2);
  GraphShape shape;
  shape.rows = seq;
  shape.heads = 2;
  shape.headWidth = 64;
  shape.ffn = 64;
  shape.mask = {0, static_cast<int32_t>(seq), false, false};
  return randomGraph(shape, random);
}

std::string refusal(const Graph& graph, const Plan& plan,
                    const compiler::CompileOptions& options = {}) {
  try {
    compile(graph, plan, options);
  } catch (const compiler::CompileError& error) {
    return error.what();
  }
  return "compiled";
}

uint32_t suggested(const std::string& text, const std::string& key) {
  std::smatch match;
  if (!std::regex_search(text, match, std::regex(key + " = ([0-9]+)"))) return 0;
  return static_cast<uint32_t>(std::stoul(match[1]));
}

}  // namespace

TEST_CASE("a scratchpad that is too small is refused, and the suggested one works") {
  Plan plan = configPlan("base16");
  plan.scratchWords = 64;
  const Graph graph = wideHeads(30);
  const std::string text = refusal(graph, plan);
  INFO(text);
  CHECK_THAT(text, containsText("does not fit base16"));
  const uint32_t bytes = suggested(text, "scratchpad.bytes");
  REQUIRE(bytes > 64 * 16);
  plan.scratchWords = bytes / plan.dim;
  CHECK(refusal(graph, plan) == "compiled");
}

TEST_CASE("an accumulator that is too small is refused, and the suggested one works") {
  Plan plan = configPlan("base16");
  plan.accRows = 8;  // a row of one head takes 1 + 2 * 4
  const Graph graph = wideHeads(30);
  const std::string text = refusal(graph, plan);
  INFO(text);
  const uint32_t bytes = suggested(text, "accumulator.bytes");
  REQUIRE(bytes > 8 * 64);
  plan.accRows = bytes / (4 * plan.dim);
  CHECK(refusal(graph, plan) == "compiled");
}

TEST_CASE("a single statistics slot is refused, and the suggested number works") {
  Plan plan = configPlan("base16");
  plan.statRows = 1;
  const Graph graph = wideHeads(30);
  const std::string text = refusal(graph, plan);
  INFO(text);
  plan.statRows = suggested(text, "vector.stat_rows");
  REQUIRE(plan.statRows > 1);
  CHECK(refusal(graph, plan) == "compiled");
}

TEST_CASE("a model larger than the address space is refused") {
  Plan plan = configPlan("base16");
  plan.addressBits = 16;
  CHECK_THAT(refusal(wideHeads(30), plan), containsText("raise bus.address_bits from 16"));
}

TEST_CASE("an activation that the device has not is refused with the key that gives it") {
  model::ModelSpec spec;
  spec.name = "small";
  spec.width = 16, spec.heads = 2, spec.ffn = 20, spec.layers = 1;
  const auto graph = [&] { return model::buildBertEncoder(spec, 1, 5, 1); };
  const Plan without = configPlan("base16", {"vector.activations=gelu"});
  CHECK(refusal(graph(), without) == "compiled");
  spec.activation = ActivationKind::Relu;
  CHECK(refusal(graph(), without) ==
        "layer0.ffn.hidden needs relu, and base16 (vector.activations=gelu) has GELU alone: set "
        "vector.activations = \"table\"");
  CHECK(refusal(graph(), configPlan("base16")) == "compiled");
}

TEST_CASE("a row block that no memory holds is refused") {
  Plan plan = configPlan("tiny4");
  plan.accRows = 16;
  CHECK_THAT(refusal(wideHeads(30), plan, {.rowBlock = 30}), containsText("does not fit"));
}

TEST_CASE("graphs that contradict themselves are refused with the operator's name") {
  Graph graph = wideHeads(4);
  std::get<Linear>(graph.operators[0]).bias.pop_back();
  CHECK_THROWS_WITH(compile(graph, configPlan("base16")), containsText("operator query: bias"));
  graph = wideHeads(4);
  std::get<Linear>(graph.operators[0]).output = 99;
  CHECK_THROWS_WITH(compile(graph, configPlan("base16")), containsText("operator query: output 99"));
  graph = wideHeads(4);
  graph.tensors[0].groupCols = 32;  // input16, the first residual's identity
  CHECK_THROWS_WITH(compile(graph, configPlan("base16")),
                    containsText("operator sum1: epilogue.identity input16: its columns come in "
                                 "groups of 32"));
}
