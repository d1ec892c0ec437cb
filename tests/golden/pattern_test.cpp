#include "sw/golden/golden.hpp"
#include "sw/model/bert.hpp"
#include "tests/catch.hpp"
#include "tests/graph/random_pattern.hpp"

using namespace intformer;

TEST_CASE("a thousand patterns of attention equal the plainest loops") {
  uint64_t seen = 0, segments = 0;
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    model::Random random(seed);
    const Graph graph = test::randomPattern({}, random);
    const Family family = seed % 2 == 0 ? Family::Pwl : Family::Ibert;
    const TensorValues values =
        golden::runGolden(graph, model::seededInputs(graph, seed), family);
    for (const Attention* op : operatorsOf<Attention>(graph)) {
      INFO("seed " << seed << " " << op->name);
      const Tensor wanted = test::plainAttention(*op, values, family);
      for (uint32_t i = 0; i < op->rows; ++i)
        for (uint32_t c = 0; c < wanted.cols; ++c)
          REQUIRE(values[op->output].at(op->queries().at(i), c) == wanted.at(i, c));
      seen += validPairs(*op);
      segments += op->segments.size();
    }
  }
  CHECK(segments > 2000);
  CHECK(seen > 100'000);
}

TEST_CASE("keys that are cut into segments give the same bits as in one", "[segments]") {
  model::Random random(3);
  Graph graph;
  const auto tensor = [&](const char* name, TensorRole role) {
    return graph.addTensor({name, ElementType::Int8, 100, 24, role, 12});
  };
  Attention op;
  op.name = "attention";
  op.query = tensor("query", TensorRole::Input);
  const TensorId key = tensor("key", TensorRole::Input), value = tensor("value", TensorRole::Input);
  op.output = tensor("out", TensorRole::Output);
  op.rows = 100;
  op.heads = op.keyHeads = 2;
  op.headWidth = 12;
  op.dither = true;
  op.logit.assign(2, {40000, 19});
  op.result.assign(2, {40000, 15});
  op.segments = {ownKeys(op, key, value, {0, 1, false, true})};  // causal
  const TensorValues inputs = model::seededInputs(graph, 5);
  Graph whole = graph;
  whole.operators = {op};
  op.segments.clear();
  for (const uint32_t first : {0U, 37U, 64U})
    op.segments.push_back({.key = key, .value = value, .firstRow = first,
                           .rows = (first == 0 ? 37U : first == 37 ? 64U : 100U) - first,
                           .position = first,
                           .mask = {0, 1 - static_cast<int32_t>(first), false, true}});
  graph.operators = {op};
  CHECK(golden::runGolden(graph, inputs, Family::Pwl)[op.output] ==
        golden::runGolden(whole, inputs, Family::Pwl)[op.output]);
}
