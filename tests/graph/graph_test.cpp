#include "sw/graph/graph.hpp"
#include "tests/catch.hpp"

using namespace intformer;

namespace {

Attention smallAttention() {
  Attention op;
  op.name = "b";
  op.query = 1;
  op.weights = 4;
  op.output = 5;
  op.firstRow = 7;
  op.rows = 5;
  op.heads = op.keyHeads = 2;
  op.headWidth = 3;
  op.segments = {ownKeys(op, 2, 3, {.high = 5})};
  return op;
}

std::string texts(const std::vector<Operand>& operands) {
  std::string text;
  for (const Operand& operand : operands)
    text += std::string(operand.role) + " " + std::to_string(operand.tensor) + ";";
  return text;
}

/// An operator that says nothing of itself.
struct Bare {
  std::string name;
};

}  // namespace

template <>
struct intformer::Traits<Bare> {
  static constexpr const char* kKind = "bare";
};

static_assert(!GraphOperator<Bare>);
static_assert(GraphOperator<Linear> && GraphOperator<Attention> && GraphOperator<LayerNorm> &&
              GraphOperator<Embedding> && GraphOperator<Product>);

TEST_CASE("operators know their name, kind, shape and multiply-accumulates") {
  Graph graph;
  const TensorId out = graph.addTensor({"out", ElementType::Int8, 5, 7, TensorRole::Output, 0});
  Linear linear;
  linear.name = "a";
  linear.output = out;
  linear.depth = 11;
  linear.cols = 7;
  LayerNorm norm;
  norm.name = "c";
  norm.input = out;
  CHECK(macs(graph, linear) == 5 * 11 * 7);
  CHECK(macs(graph, smallAttention()) == 2 * 2 * 5 * 5 * 3);
  CHECK(macs(graph, norm) == 0);
  CHECK(operatorName(Operator{linear}) == "a");
  CHECK(operatorName(Operator{norm}) == "c");
  CHECK(operatorKind(linear) == "linear");
  CHECK(operatorKind(smallAttention()) == "attention");
  CHECK(operatorKind(norm) == "layer_norm");
  CHECK(operatorShape(graph, linear) == "linear 5x11 -> 7 int8");
  CHECK(operatorShape(graph, norm) == "layer_norm 5x7");
}

TEST_CASE("operators name what they read and write") {
  Linear linear;
  linear.input = 1;
  linear.output = 2;
  CHECK(texts(inputsOf(linear)) == "input 1;");
  linear.epilogue = ResidualEpilogue{.identity = 3, .product = {}, .skip = {}};
  CHECK(texts(inputsOf(linear)) == "input 1;epilogue.identity 3;");
  CHECK(texts(outputsOf(linear)) == "output 2;");
  LayerNorm norm;
  norm.input = 1;
  norm.output16 = 2;
  CHECK(texts(outputsOf(norm)) == "output16 2;");
  const std::vector<Operand> written = outputsOf(smallAttention());
  CHECK(texts(written) == "weights 4;output 5;");
  CHECK(written[0].rows == Operand::kAllRows);
  CHECK(written[1].firstRow == 7);
  CHECK(written[1].rows == 5);
  CHECK(written[1].groupCols == 3);
  CHECK(isRowWise(linear));
  CHECK(!isRowWise(smallAttention()));
}

TEST_CASE("match calls the case of what a variant holds") {
  const auto kind = [](const Operator& op) {
    return match(op, [](const Linear&) { return 'l'; }, [](const Attention&) { return 'a'; },
                 [](const LayerNorm&) { return 'n'; }, [](const Embedding&) { return 'e'; },
                 [](const Product&) { return 'p'; });
  };
  CHECK(kind(Attention()) == 'a');
  CHECK(kind(Embedding()) == 'e');
}
