#include <functional>

#include "sw/golden/golden.hpp"
#include "sw/reference/report.hpp"
#include "tests/catch.hpp"
#include "tests/graph/random_product.hpp"

using namespace intformer;
using model::Random;

namespace {

TensorValues inputsOf(const Graph& graph, Random& random) {
  TensorValues values(graph.tensors.size());
  for (TensorId id = 0; id < graph.tensors.size(); ++id) {
    const TensorInfo& info = graph.tensors[id];
    if (info.role != TensorRole::Input) continue;
    values[id] = Tensor(info.type, info.rows, info.cols);
    for (int16_t& value : values[id].data)
      value = static_cast<int16_t>(static_cast<int32_t>(random.below(256)) - 128);
  }
  return values;
}

}  // namespace

TEST_CASE("products are what plain loops over their definition give") {
  uint32_t products = 0;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    INFO("seed " << seed);
    Random random(seed);
    const Graph graph = test::randomProducts(40, random);
    const TensorValues values = golden::runGolden(graph, inputsOf(graph, random), Family::Pwl);
    for (const Product* op : operatorsOf<Product>(graph)) {
      CHECK(values[op->output] == test::plainProduct(graph, *op, values));
      ++products;
    }
    for (const reference::OperatorError& error : reference::operatorErrors(graph, values)) {
      INFO(error.tensor);
      if (error.kind == Traits<Product>::kKind) CHECK(error.largest < 0.51);
    }
  }
  CHECK(products > 400);
}

TEST_CASE("a product of the identity with a tensor transposes it") {
  Graph graph;
  graph.name = "transpose";
  const TensorId x = graph.addTensor({"x", ElementType::Int8, 5, 3, TensorRole::Input, 0});
  Tensor one(ElementType::Int8, 3, 3);
  for (uint32_t i = 0; i < 3; ++i) one.at(i, i) = 1;
  Product op;
  op.name = "turned";
  op.left = graph.addConstant("one", one);
  op.right = x;
  op.rightTransposed = true;
  op.output = graph.addTensor({"turned", ElementType::Int8, 3, 5, TensorRole::Output, 0});
  op.epilogue = {std::vector<Scale>(5, kIdentityScale), std::vector<int8_t>(5)};
  graph.operators.emplace_back(op);
  Random random(1);
  const TensorValues values = golden::runGolden(graph, inputsOf(graph, random), Family::Pwl);
  for (uint32_t r = 0; r < 5; ++r)
    for (uint32_t c = 0; c < 3; ++c) CHECK(values[op.output].at(c, r) == values[x].at(r, c));
}

TEST_CASE("products that do not fit are refused by name") {
  Graph graph;
  const auto tensor = [&](const char* name, uint32_t rows, uint32_t cols, uint32_t groups = 0) {
    return graph.addTensor({name, ElementType::Int8, rows, cols, TensorRole::Input, groups});
  };
  Product op;
  op.name = "p";
  op.left = tensor("left", 5, 8);
  op.right = tensor("right", 8, 6, 3);
  op.output = graph.addTensor({"out", ElementType::Int8, 5, 6, TensorRole::Output, 3});
  op.epilogue = {std::vector<Scale>(6, kIdentityScale), std::vector<int8_t>(6)};
  const auto refusal = [&](const std::function<void(Graph&, Product&)>& change) -> std::string {
    Graph changed = graph;
    Product product = op;
    change(changed, product);
    changed.operators.emplace_back(product);
    try {
      checkGraph(changed);
    } catch (const GraphError& error) {
      return error.what();
    }
    return "taken";
  };
  CHECK(refusal([](Graph&, Product&) {}) == "taken");
  CHECK(refusal([](Graph& g, Product& p) { g.tensors[p.right].rows = 7; }) ==
        "operator p: right right: is 7 x 6, must be 8 x 6");
  CHECK(refusal([](Graph&, Product& p) { p.rightTransposed = true; }) ==
        "operator p: right right: is 8 x 6, must be 8 x 8");
  CHECK(refusal([](Graph& g, Product& p) { g.tensors[p.output].cols = 9; }) ==
        "operator p: output out: is 5 x 9, must be 5 x 6");
  CHECK(refusal([](Graph& g, Product& p) { g.tensors[p.output].groupCols = 0; }) ==
        "operator p: output out: its columns come in groups of 6, those of right in groups of 3");
  CHECK(refusal([](Graph& g, Product& p) { g.tensors[p.left].groupCols = 4; }) ==
        "operator p: left left: has groups of 4 columns, must have none");
  CHECK(refusal([](Graph& g, Product& p) { g.tensors[p.left].type = ElementType::Int16; }) ==
        "operator p: left left: is int16, must be int8");
  CHECK(refusal([](Graph&, Product& p) { p.epilogue.zero.pop_back(); }) ==
        "operator p: epilogue.zero of 5 values: needs 6, one per column");
  CHECK(refusal([](Graph&, Product& p) { p.epilogue.scale[2].shift = 0; }) ==
        "operator p: epilogue.scale [2]: shift 0: must be 1 to 47");
  CHECK(refusal([](Graph& g, Product& p) {  // columns of the result are rows
          p.rightTransposed = true;
          g.tensors[p.right] = {"right", ElementType::Int8, 6, 8, TensorRole::Input, 0};
        }) == "operator p: output out: has groups of 3 columns, must have none");
  CHECK(refusal([](Graph& g, Product& p) {
          p.rightTransposed = true;
          g.tensors[p.right] = {"right", ElementType::Int8, 6, 8, TensorRole::Input, 4};
        }) == "operator p: right right: its columns come in groups of 4, those of left in groups of 8");
}
