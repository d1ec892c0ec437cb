#include <random>
#include <tuple>

#include "sw/numerics/numerics.hpp"
#include "tests/catch.hpp"
#include "tests/golden/graphs.hpp"

using namespace intformer;
using namespace intformer::test;
using intformer::golden::linearSums;
using intformer::golden::runGolden;

namespace {

/// A 2x3 input times 3x2 weights plus bias; the sums by hand are below.
struct Small {
  Graph graph;
  TensorValues inputs;
  Linear op;

  explicit Small(ElementType outputType) {
    op.name = "small";
    op.input = addInput(graph, inputs, "in",
                        matrix(ElementType::Int8, 2, 3, {1, -2, 3, -128, 127, 0}));
    op.output = addOutput(graph, "out", outputType, 2, 2);
    op.depth = 3;
    op.cols = 2;
    op.weights = {10, -127, 4, 5, -6, 127};
    op.bias = {100, -1000};
  }
  // row 0: 10 - 8 - 18 + 100 = 84;        -127 - 10 + 381 - 1000 = -756
  // row 1: -1280 + 508 + 0 + 100 = -672;  16256 + 635 + 0 - 1000 = 15891

  Tensor run(Epilogue epilogue, Family family = Family::Pwl) {
    op.epilogue = std::move(epilogue);
    graph.operators = {op};
    return runGolden(graph, inputs, family)[op.output];
  }
};

}  // namespace

TEST_CASE("linear sums equal those computed by hand") {
  Small small(ElementType::Int8);
  CHECK(linearSums(small.graph, small.op, small.inputs) ==
        std::vector<int32_t>{84, -756, -672, 15891});
}

TEST_CASE("requantize epilogue writes 8 or 16 bits per channel") {
  const RequantizeEpilogue epilogue{{{32768, 17}, {32768, 20}}, {3, -5}};  // 1/4, 1/32
  // 21 + 3; -23.625 -> -24 - 5; -168 + 3 saturates; 496.59 -> 497 - 5 saturates
  CHECK(Small(ElementType::Int8).run(epilogue).data == std::vector<int16_t>{24, -29, -128, 127});
  CHECK(Small(ElementType::Int16).run(epilogue).data == std::vector<int16_t>{24, -29, -165, 492});
}

TEST_CASE("activation epilogue equals the scalar operation per element") {
  const ActivationEpilogue epilogue{ActivationKind::Gelu,
                                    {{40000, 14}, {50000, 18}},
                                    {{40000, 24}, {65000, 25}},
                                    {-100, 7}};
  const int32_t sums[] = {84, -756, -672, 15891};
  for (const Family family : {Family::Ibert, Family::Pwl}) {
    const Tensor out = Small(ElementType::Int8).run(epilogue, family);
    for (std::size_t i = 0; i < 4; ++i) {
      const std::size_t c = i % 2;
      CHECK(out.data[i] == activate(sums[i], epilogue.input[c], epilogue.output[c],
                                    epilogue.zero[c], family));
    }
  }
}

TEST_CASE("residual epilogue takes identities of 8 and 16 bits") {
  for (const ElementType type : {ElementType::Int8, ElementType::Int16}) {
    Small small(ElementType::Int16);
    const TensorId identity =
        addInput(small.graph, small.inputs, "identity", matrix(type, 2, 2, {100, -100, 7, -128}));
    const ResidualEpilogue epilogue{
        identity, {kIdentityScale, {32768, 16}}, {kIdentityScale, {49152, 8}}};  // 1, 1/2; 1, 192
    // 84 + 100; -378 - 19200; -672 + 7; 7945.5 -> 7946 - 24576
    CHECK(small.run(epilogue).data == std::vector<int16_t>{184, -19578, -665, -16630});
  }
}

TEST_CASE("linear equals a plain triple loop on shapes that no block divides") {
  const unsigned seed = 11;
  std::mt19937 random(seed);
  CAPTURE(seed);
  for (const auto& [rows, depth, cols] :
       {std::tuple{1U, 1U, 1U}, {3U, 5U, 7U}, {77U, 36U, 100U}, {2U, 129U, 67U}, {5U, 1000U, 3U}}) {
    Graph graph;
    TensorValues inputs;
    Tensor in(ElementType::Int8, rows, depth);
    for (auto& v : in.data) v = static_cast<int8_t>(random());
    Linear op;
    op.name = "random";
    op.input = addInput(graph, inputs, "in", in);
    op.output = addOutput(graph, "out", ElementType::Int8, rows, cols);
    op.depth = depth;
    op.cols = cols;
    for (uint32_t i = 0; i < depth * cols; ++i)
      op.weights.push_back(static_cast<int8_t>(static_cast<int>(random() % 255) - 127));
    for (uint32_t c = 0; c < cols; ++c)
      op.bias.push_back(static_cast<int32_t>(random() % 9999) - 5000);
    const auto sums = linearSums(graph, op, inputs);
    for (uint32_t r = 0; r < rows; ++r)
      for (uint32_t c = 0; c < cols; ++c) {
        int64_t sum = op.bias[c];
        for (uint32_t k = 0; k < depth; ++k) sum += in.at(r, k) * op.weights[k * cols + c];
        INFO("row " << r << " col " << c);
        REQUIRE(sums[r * cols + c] == sum);
      }
  }
}

TEST_CASE("the largest legal sum is exact in int32") {
  const uint32_t depth = 65536;
  Graph graph;
  TensorValues inputs;
  Linear op;
  op.name = "deep";
  op.input = addInput(graph, inputs, "in",
                      matrix(ElementType::Int8, 1, depth, std::vector<int16_t>(depth, -128)));
  op.output = addOutput(graph, "out", ElementType::Int8, 1, 1);
  op.depth = depth;
  op.cols = 1;
  op.weights.assign(depth, -127);
  op.bias = {1 << 30};
  CHECK(linearSums(graph, op, inputs)[0] == 65536LL * 128 * 127 + (1 << 30));
}

TEST_CASE("contradictions in a linear operator are refused by name") {
  const auto refused = [](auto change, const std::string& reason) {
    Small small(ElementType::Int8);
    small.op.epilogue = RequantizeEpilogue{{kIdentityScale, kIdentityScale}, {0, 0}};
    change(small);
    small.graph.operators = {small.op};
    CHECK_THROWS_WITH(runGolden(small.graph, small.inputs, Family::Pwl),
                      Catch::Matchers::StartsWith("operator small: ") && containsText(reason));
  };
  refused([](Small& s) { s.op.bias[1] = (1 << 30) + 1; }, "bias [1]: 1073741825");
  refused([](Small& s) { s.op.weights[2] = -128; }, "weights [2]: -128: must be -127 to 127");
  refused([](Small& s) { s.op.weights.pop_back(); }, "weights of 5 values: needs 6");
  refused([](Small& s) { s.op.depth = 4; }, "input in: is 2 x 3, must be 2 x 4");
  refused([](Small& s) { s.op.output = 99; }, "output 99");
  refused([](Small& s) { s.inputs[0].cols = 2; }, "shape");
  refused([](Small& s) { std::get<RequantizeEpilogue>(s.op.epilogue).scale[0].shift = 48; },
          "epilogue.scale [0]: shift 48");
  refused([](Small& s) { std::get<RequantizeEpilogue>(s.op.epilogue).zero.clear(); },
          "epilogue.zero of 0 values");
}

TEST_CASE("a missing input is refused by name") {
  Small small(ElementType::Int8);
  small.op.epilogue = RequantizeEpilogue{{kIdentityScale, kIdentityScale}, {0, 0}};
  small.graph.operators = {small.op};
  CHECK_THROWS_WITH(runGolden(small.graph, {}, Family::Pwl), containsText("in: no value"));
}
