#include "sw/model/bert.hpp"
#include "sw/reference/report.hpp"
#include "tests/catch.hpp"
#include "tests/golden/graphs.hpp"

namespace intformer::test {

using namespace model;

namespace {

/// Three tokens of a vocabulary of two, two places, two columns.
struct Small {
  Graph graph;
  TensorValues values;
  Embedding op;

  Small() {
    Tensor token(ElementType::Index, 3, 2);
    Tensor place(ElementType::Index, 3, 2);
    for (const uint32_t row : {0U, 2U}) token.setIndex(row, 1);
    place.setIndex(1, 1);
    op.name = "embedding";
    op.token = addInput(graph, values, "tokens", token);
    op.place = addInput(graph, values, "places", place);
    op.output = addOutput(graph, "sum", ElementType::Int16, 3, 2);
    op.vocabulary = op.placeCount = op.positions = op.cols = 2;
    op.tokens = {1, -3, -8192, 8191};
    op.places = {100, 7, -32768, 32767};
    op.tokenScale = {Scale{32768, 16}, Scale{32768, 13}};  // 1/2, 4
    op.placeScale = {kIdentityScale, Scale{32768, 16}};    // 1, 1/2
  }
  Tensor run() {
    TensorValues all = values;
    golden::runOperator(graph, op, all, Family::Pwl);
    return all[op.output];
  }
};

TEST_CASE("an embedding adds the scaled rows that its lists name, saturating", "[golden]") {
  const Tensor sum = Small().run();
  CHECK(sum.data == std::vector<int16_t>{-4096 + 100, 32767,  // 32764 + rshr(7, 1) = 32768
                                         1 - 32768, -12 + 16384,  // rshr(1, 1) = 1
                                         -4096 + 100, 32767});
}

TEST_CASE("an embedding refuses rows beyond its tables and values beyond 14 bits", "[golden]") {
  Small beyond;
  beyond.values[beyond.op.token].setIndex(1, 2);
  CHECK_THROWS_AS(beyond.run(), GraphError);
  Small far;
  far.values[far.op.place].setIndex(1, 0x10000);  // its low half alone would do
  CHECK_THROWS_AS(far.run(), GraphError);
  Small wide;
  wide.op.tokens[0] = 8192;
  wide.graph.operators = {wide.op};
  CHECK_THROWS_WITH(golden::runGolden(wide.graph, wide.values, Family::Pwl),
                    containsText("operator embedding: tokens [0]: 8192: must be -8192 to 8191"));
}

TEST_CASE("a seeded embedding is within one LSB of the float sum, and a batch counts positions anew",
          "[golden]") {
  const ModelSpec spec = *loadModelSpec("configs/models/tiny-tokens.toml").spec;
  const Graph graph = buildBertEncoder(spec, 1, {5, 1, 16}, 3, EncoderInput::Tokens);
  const TensorValues inputs = seededInputs(graph, 3);
  const TensorValues values = golden::runGolden(graph, inputs, Family::Pwl);
  const auto errors = reference::operatorErrors(graph, values);
  REQUIRE(errors.front().kind == "embedding");
  CHECK(errors.front().largest <= 1.01);  // two roundings
  CHECK(errors.front().deviation > 1000);
  const auto& op = std::get<Embedding>(graph.operators.front());
  const Tensor& places = inputs[op.place];
  for (const uint32_t first : {0U, 5U, 6U}) CHECK(places.index(first) == 0);
  CHECK(places.index(4) == 128 + 4);  // the last third belongs to segment 1
  CHECK(places.index(21) == 128 + 15);
  CHECK(places.index(7) == 1);
}

}  // namespace
}  // namespace intformer::test
