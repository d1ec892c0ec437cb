#include "tests/catch.hpp"
#include "tests/golden/graphs.hpp"

using namespace intformer;
using namespace intformer::test;

namespace {

struct Norm {
  Graph graph;
  TensorValues inputs;
  LayerNorm op;

  Norm() {
    op.name = "norm";
    op.input = addInput(graph, inputs, "in",
                        matrix(ElementType::Int16, 2, 4, {1, 2, 3, 4, 500, 500, 500, 500}));
    op.output8 = addOutput(graph, "out8", ElementType::Int8, 2, 4);
    op.output16 = addOutput(graph, "out16", ElementType::Int16, 2, 4);
    op.shift = 20;
    op.gain = {16384, -16384, 20000, 0};
    op.offset = {0, 0, 1 << 18, -(3 << 20)};
  }
  /// Without one of the two outputs, which becomes a further input that nothing reads.
  void drop(TensorId& output) {
    TensorInfo& info = graph.tensors[output];
    info.role = TensorRole::Input;
    inputs.resize(graph.tensors.size());
    inputs[output] = Tensor(info.type, info.rows, info.cols);
    output = kNoTensor;
  }
  TensorValues run() {
    graph.operators = {op};
    return golden::runGolden(graph, inputs, Family::Pwl);
  }
};

}  // namespace

TEST_CASE("layer norm writes both widths, row by row, a constant row gives beta") {
  Norm norm;
  const TensorValues values = norm.run();
  CHECK(values[norm.op.output16].data ==
        std::vector<int16_t>{-1340, 448, 611, -768, 0, 0, 64, -768});
  CHECK(values[norm.op.output8].data == std::vector<int16_t>{-5, 2, 2, -3, 0, 0, 0, -3});
}

TEST_CASE("layer norm may write one width alone") {
  Norm both;
  const TensorValues expected = both.run();
  Norm narrow;
  narrow.drop(narrow.op.output16);
  CHECK(narrow.run()[narrow.op.output8] == expected[both.op.output8]);
  Norm wide;
  wide.drop(wide.op.output8);
  CHECK(wide.run()[wide.op.output16] == expected[both.op.output16]);
}

TEST_CASE("an RMSNorm takes no mean off") {
  Norm norm;
  norm.op.rootMeanSquare = true;
  norm.op.offset = {0, 0, 0, 0};
  const TensorValues values = norm.run();
  // 1 2 3 4 over sqrt(30/4 + 64/16), and 500 four times over itself; a gain of 16384 makes 8 of 1.
  CHECK(values[norm.op.output16].data ==
        std::vector<int16_t>{604, -1208, 2212, 0, 2048, -2048, 2500, 0});
}

TEST_CASE("contradictions in a layer norm are refused by name") {
  const auto refused = [](auto change, const std::string& reason) {
    Norm norm;
    change(norm);
    CHECK_THROWS_WITH(norm.run(), Catch::Matchers::StartsWith("operator norm: ") && containsText(reason));
  };
  refused([](Norm& n) { n.op.epsilon = 63; }, "epsilon 63: must be 64 to");
  refused([](Norm& n) { n.op.epsilon = uint64_t{1} << 48; }, "epsilon");
  refused([](Norm& n) { n.op.shift = 8; }, "shift 8: must be 9 to 31");
  refused([](Norm& n) { n.op.rootMeanSquare = true; }, "offset [2]: 262144: must be 0 to 0");
  refused([](Norm& n) { n.op.gain.pop_back(); }, "gain of 3 values");
  refused([](Norm& n) { n.op.output8 = n.op.output16 = kNoTensor; }, "output8 null");
  refused([](Norm& n) { std::swap(n.op.output8, n.op.output16); }, "output8 out16: is int16");
}
