#include "sw/graph/graph.hpp"
#include "tests/catch.hpp"

using namespace intformer;

TEST_CASE("operators know their name, kind and multiply-accumulates") {
  Graph graph;
  const TensorId out = graph.addTensor({"out", ElementType::Int8, 5, 7, TensorRole::Output, 0});
  Linear linear;
  linear.name = "a";
  linear.output = out;
  linear.depth = 11;
  linear.cols = 7;
  Attention attention;
  attention.name = "b";
  attention.rows = 5;
  attention.heads = 2;
  attention.headWidth = 3;
  LayerNorm norm;
  norm.name = "c";
  CHECK(macs(graph, linear) == 5 * 11 * 7);
  CHECK(macs(graph, attention) == 2 * 2 * 5 * 5 * 3);
  CHECK(macs(graph, norm) == 0);
  CHECK(operatorName(Operator{linear}) == "a");
  CHECK(operatorName(Operator{norm}) == "c");
  CHECK(operatorKind(linear) == "linear");
  CHECK(operatorKind(attention) == "attention");
  CHECK(operatorKind(norm) == "layer_norm");
}
