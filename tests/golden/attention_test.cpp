#include <cmath>
#include <random>

#include "sw/numerics/numerics.hpp"
#include "tests/catch.hpp"
#include "tests/golden/graphs.hpp"

using namespace intformer;
using namespace intformer::test;
using intformer::golden::runGolden;

namespace {

/// One head on given query, key and value.
struct Head {
  Graph graph;
  TensorValues inputs;
  Attention op;

  Head(uint32_t rows, uint32_t width, std::vector<int16_t> q, std::vector<int16_t> k,
       std::vector<int16_t> v) {
    op.name = "head";
    op.query = addInput(graph, inputs, "q", matrix(ElementType::Int8, rows, width, std::move(q)));
    const TensorId key = addInput(graph, inputs, "k", matrix(ElementType::Int8, rows, width, std::move(k)));
    const TensorId value = addInput(graph, inputs, "v", matrix(ElementType::Int8, rows, width, std::move(v)));
    op.weights = addOutput(graph, "weights", ElementType::Uint8, rows, rows);
    op.output = addOutput(graph, "out", ElementType::Int8, rows, width);
    op.rows = rows;
    op.heads = op.keyHeads = 1;
    op.headWidth = width;
    op.logit = {kIdentityScale};
    op.result = {kIdentityScale};
    op.segments = {ownKeys(op, key, value, {.high = static_cast<int32_t>(rows)})};
  }

  TensorValues run(Family family = Family::Pwl) {
    graph.operators = {op};
    return runGolden(graph, inputs, family);
  }
};

Head three() {
  Head head(3, 2, {10, -20, 127, 5, -3, 64}, {7, 9, -50, 20, 100, -100},
            {1, -127, 50, 60, -128, 3});
  head.op.logit = {{40000, 19}};
  head.op.result = {{40000, 15}};
  return head;
}

using Values = std::vector<int16_t>;

}  // namespace

TEST_CASE("attention equals three rows computed by hand: all columns valid") {
  for (const Family family : {Family::Pwl, Family::Ibert}) {
    Head head = three();
    const TensorValues values = head.run(family);
    CHECK(values[head.op.weights].data == Values{134, 114, 255, 25, 6, 255, 213, 255, 48});
    CHECK(values[head.op.output].data == Values{-65, -23, -128, -9, 16, -27});
  }
}

TEST_CASE("attention equals three rows computed by hand: causal and dithered") {
  Head head = three();
  head.op.segments[0].mask = {0, 1, false, true};
  head.op.dither = true;
  TensorValues values = head.run(Family::Pwl);
  CHECK(values[head.op.weights].data == Values{255, 0, 0, 255, 58, 0, 212, 255, 47});
  CHECK(values[head.op.output].data == Values{1, -128, 12, -113, 16, -27});
  values = head.run(Family::Ibert);
  CHECK(values[head.op.weights].data == Values{255, 0, 0, 255, 58, 0, 213, 255, 47});
  CHECK(values[head.op.output].data == Values{1, -128, 12, -113, 16, -28});
}

TEST_CASE("attention equals three rows computed by hand: later columns only, last row masked") {
  Head head = three();
  head.op.segments[0].mask = {1, 3, true, false};
  head.op.result = {{65535, 15}};
  const TensorValues values = head.run();
  CHECK(values[head.op.weights].data == Values{0, 114, 255, 0, 0, 255, 0, 0, 0});
  CHECK(values[head.op.output].data == Values{-128, 41, -128, 6, 0, 0});
}

TEST_CASE("one valid column returns its value row") {
  Head head = three();
  head.op.segments[0].mask = {1, 2, false, false};
  head.op.result = {kIdentityScale};
  CHECK(head.run()[head.op.output].data == Values{50, 60, 50, 60, 50, 60});
}

TEST_CASE("no valid column anywhere gives zeros") {
  Head head = three();
  head.op.segments[0].mask = {0, 0, false, false};
  const TensorValues values = head.run();
  CHECK(values[head.op.weights].data == Values(9, 0));
  CHECK(values[head.op.output].data == Values(6, 0));
}

TEST_CASE("mask bounds outside the columns are cut to them") {
  Head cut = three();
  cut.op.segments[0].mask = {-5, 99, false, false};
  Head all = three();
  CHECK(cut.run() == all.run());
}

TEST_CASE("4096 equal logits average the values") {
  const uint32_t rows = 4096;
  std::vector<int16_t> value(rows);
  std::mt19937 random(3);
  double mean = 0;
  for (auto& v : value) {
    v = static_cast<int8_t>(random() % 100 + 20);
    mean += v / double{rows};
  }
  Head head(rows, 1, Values(rows, 0), Values(rows, 1), value);
  const TensorValues values = head.run();
  const Tensor& out = values[head.op.output];
  CHECK(values[head.op.weights].data == Values(std::size_t{rows} * rows, 255));
  for (const int16_t o : out.data) REQUIRE(o == std::lround(mean));
}

TEST_CASE("rising and falling logits mirror each other") {
  const uint32_t rows = 128;
  Values query(rows, 1), rising(rows), falling(rows), value(rows), reversed(rows);
  for (uint32_t j = 0; j < rows; ++j) {
    rising[j] = static_cast<int16_t>(j);
    value[j] = static_cast<int16_t>(j * 3 % 101);
  }
  for (uint32_t j = 0; j < rows; ++j) {
    falling[j] = rising[rows - 1 - j];
    reversed[j] = value[rows - 1 - j];
  }
  Head up(rows, 1, query, rising, value), down(rows, 1, query, falling, reversed);
  up.op.logit = down.op.logit = {{32768, 11}};  // 16 steps per key: 1/16 octave
  CHECK(up.run()[up.op.output] == down.run()[down.op.output]);
}

TEST_CASE("logits saturate at both ends and still order the columns") {
  Head head(2, 1, {127, -128}, {127, -128}, {100, -100});
  head.op.logit = {{65535, 1}};
  const TensorValues values = head.run();
  CHECK(values[head.op.weights].data == Values{255, 0, 0, 255});
  CHECK(values[head.op.output].data == Values{100, -100});
}

TEST_CASE("dither rounds every weight by the reversed bits of row plus column") {
  const uint32_t rows = 300;
  Values key(rows, 0);
  key[0] = 100;  // the maximum; all other columns lie 100 steps below
  Head head(rows, 1, Values(rows, 1), key, Values(rows, 1));
  head.op.dither = true;
  const TensorValues values = head.run(Family::Pwl);
  const Tensor& weights = values[head.op.weights];
  constexpr unsigned kExp = 50333 - (2137 * 4 + 8) / 16;  // T(100) = 194.5 * 256, by hand
  for (uint32_t i = 0; i < rows; ++i)
    for (uint32_t j = 1; j < rows; ++j) {
      unsigned reversed = 0;
      for (unsigned bit = 0; bit < 8; ++bit) reversed |= ((i + j) >> bit & 1) << (7 - bit);
      INFO("row " << i << " column " << j);
      REQUIRE(weights.at(i, j) == static_cast<int>((kExp + reversed) / 256));
    }
}

TEST_CASE("sequences packed in one tensor do not see each other") {
  Head single = three();
  const TensorValues alone = single.run();
  Graph graph;
  TensorValues inputs;
  const auto twice = [&](TensorId id) {
    Tensor tensor(ElementType::Int8, 6, 2);
    for (std::size_t i = 0; i < 12; ++i) tensor.data[i] = single.inputs[id].data[i % 6];
    return tensor;
  };
  Attention op = single.op;
  op.query = addInput(graph, inputs, "q", twice(single.op.query));
  op.segments[0].key = addInput(graph, inputs, "k", twice(single.op.segments[0].key));
  op.segments[0].value = addInput(graph, inputs, "v", twice(single.op.segments[0].value));
  op.output = addOutput(graph, "out", ElementType::Int8, 6, 2);
  for (const uint32_t first : {0U, 3U}) {
    op.name = "head" + std::to_string(first);
    op.firstRow = op.segments[0].firstRow = first;
    op.weights = addOutput(graph, "weights" + std::to_string(first), ElementType::Uint8, 3, 3);
    graph.operators.emplace_back(op);
  }
  const TensorValues both = runGolden(graph, inputs, Family::Pwl);
  for (std::size_t i = 0; i < 12; ++i)
    CHECK(both[op.output].data[i] == alone[single.op.output].data[i % 6]);
}

TEST_CASE("heads are independent column groups") {
  Head single = three();
  const TensorValues alone = single.run();
  Graph graph;
  TensorValues inputs;
  const auto wide = [&](TensorId id) {
    Tensor tensor(ElementType::Int8, 3, 4);
    for (uint32_t r = 0; r < 3; ++r)
      for (uint32_t c = 0; c < 4; ++c) tensor.at(r, c) = single.inputs[id].at(r, c % 2);
    return tensor;
  };
  Attention op = single.op;
  op.query = addInput(graph, inputs, "q", wide(single.op.query));
  op.segments[0].key = addInput(graph, inputs, "k", wide(single.op.segments[0].key));
  op.segments[0].value = addInput(graph, inputs, "v", wide(single.op.segments[0].value));
  op.weights = addOutput(graph, "weights", ElementType::Uint8, 6, 3);
  op.output = addOutput(graph, "out", ElementType::Int8, 3, 4);
  op.heads = op.keyHeads = 2;
  op.logit = {single.op.logit[0], {20000, 19}};
  op.result = {single.op.result[0], single.op.result[0]};
  graph.operators = {op};
  const TensorValues values = runGolden(graph, inputs, Family::Pwl);
  for (uint32_t r = 0; r < 3; ++r) {
    for (uint32_t c = 0; c < 2; ++c)
      CHECK(values[op.output].at(r, c) == alone[single.op.output].at(r, c));
    for (uint32_t j = 0; j < 3; ++j)
      CHECK(values[op.weights].at(r, j) == alone[single.op.weights].at(r, j));
  }
  CHECK(values[op.weights].at(3, 0) != values[op.weights].at(0, 0));  // the other logit scale
}
