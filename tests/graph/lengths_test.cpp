#include "sw/graph/lengths.hpp"

#include <algorithm>
#include <set>

#include "sw/golden/golden.hpp"
#include "tests/catch.hpp"
#include "tests/model/small_spec.hpp"

namespace intformer::test {

using golden::runGolden;
using model::buildBertEncoder;

namespace {

using Catch::Matchers::Contains;

Graph one() { return buildBertEncoder(smallSpec(), 2, {1}, 7, model::EncoderInput::Tokens); }

std::vector<uint32_t> lengthsOf(const std::vector<std::vector<uint32_t>>& sequences) {
  std::vector<uint32_t> lengths;
  for (const auto& sequence : sequences) lengths.push_back(static_cast<uint32_t>(sequence.size()));
  return lengths;
}

/// "name type rows cols role group" of every tensor, and every operator's name and rows.
std::multiset<std::string> structureOf(const Graph& graph) {
  std::multiset<std::string> lines;
  for (const TensorInfo& info : graph.tensors)
    lines.insert(info.name + " " + std::to_string(static_cast<int>(info.type)) + " " +
                 std::to_string(info.rows) + " " + std::to_string(info.cols) + " " +
                 std::to_string(static_cast<int>(info.role)) + " " +
                 std::to_string(info.groupCols));
  for (const Operator& op : graph.operators) {
    std::string line = operatorKind(op) + " " + operatorName(op);
    if (const auto* attention = std::get_if<Attention>(&op))
      line += " " + std::to_string(attention->firstRow) + " " + std::to_string(attention->rows) +
              " " + std::to_string(attention->segments[0].mask.high);
    lines.insert(line);
  }
  return lines;
}

TEST_CASE("a batch has the structure of one that is built for its lengths", "[lengths]") {
  const auto lengths = GENERATE(std::vector<uint32_t>{1}, std::vector<uint32_t>{16},
                                std::vector<uint32_t>{3, 1, 16, 3}, std::vector<uint32_t>{2, 2});
  const Graph built = buildBertEncoder(smallSpec(), 2, lengths, 7, model::EncoderInput::Tokens);
  CHECK(structureOf(withLengths(one(), lengths)) == structureOf(built));
}

TEST_CASE("a host's table of a batch's own rows gives the values of the whole table", "[lengths]") {
  const std::vector<std::vector<uint32_t>> batch = {{4, 9, 1, 9}, {49, 0, 7}};
  const Graph whole = withLengths(one(), std::vector<uint32_t>{4, 3});
  const TensorValues inputs = tokenInputs(whole, batch);
  Graph gathered = whole;
  TensorValues rows = inputs;
  gatherTokens(gathered, rows);
  const Embedding& op = *embeddingOf(gathered);
  CHECK(op.vocabulary == op.positions);
  CHECK(op.tokens.size() == std::size_t{op.vocabulary} * op.cols);
  const TensorValues wanted = golden::runGolden(whole, inputs, Family::Pwl);
  const TensorValues got = golden::runGolden(gathered, rows, Family::Pwl);
  for (TensorId id = 0; id < whole.tensors.size(); ++id)
    if (whole.tensors[id].role != TensorRole::Input) CHECK(got[id] == wanted[id]);
  for (uint32_t row = 0; row < 7; ++row) CHECK(got[op.token].index(row) == row);
}

TEST_CASE("a graph with constants has one length, and says so", "[lengths]") {
  Graph graph = buildBertEncoder(smallSpec(), 1, {5}, 7);
  TensorInfo& table = graph.tensors[1];
  table.role = TensorRole::Constant;
  graph.constants[1] = Tensor(table.type, table.rows, table.cols);
  CHECK(structureOf(withLengths(graph, std::vector<uint32_t>{5})) == structureOf(graph));
  const std::string reason =
      "tensor input16: is a constant of 5 rows, which no other length and no batch has: give one "
      "sequence of 5 tokens, the rows of input8";
  for (const std::vector<uint32_t>& lengths : {std::vector<uint32_t>{4}, {5, 5}, {2, 3}})
    CHECK_THROWS_WITH(withLengths(graph, lengths), reason);
}

TEST_CASE("sequences in a batch get the values that they get alone", "[lengths]") {
  const std::vector<std::vector<uint32_t>> sequences = {{4, 9, 1}, {7}, {1, 2, 3, 4, 5, 6, 7, 8},
                                                        {49, 0, 49}};
  const Graph batch = withLengths(one(), lengthsOf(sequences));
  const Family family = GENERATE(Family::Pwl, Family::Ibert);
  const TensorValues together = runGolden(batch, tokenInputs(batch, sequences), family);
  const Graph plain = one();
  uint32_t row = 0;
  for (const auto& sequence : sequences) {
    const Graph alone = withLengths(plain, lengthsOf({sequence}));
    const TensorValues values = runGolden(alone, tokenInputs(alone, {{sequence}}), family);
    for (TensorId id = 0; id < plain.tensors.size(); ++id) {
      if (plain.tensors[id].type == ElementType::Uint8) continue;  // one tensor per sequence
      INFO(plain.tensors[id].name << " of the sequence from row " << row);
      const auto begin = together[id].data.begin() + row * together[id].cols;
      CHECK(std::equal(values[id].data.begin(), values[id].data.end(), begin));
    }
    row += static_cast<uint32_t>(sequence.size());
  }
}

TEST_CASE("masks that move with the row mean the same in sequences of any length", "[lengths]") {
  const auto mask = GENERATE(Mask{0, 1, false, true}, Mask{-2, 1, true, true},
                             Mask{-1, 100, true, false});
  Graph plain = one();
  for (Operator& op : plain.operators)
    if (auto* attention = std::get_if<Attention>(&op)) attention->segments[0].mask = mask;
  const std::vector<std::vector<uint32_t>> sequences = {{4, 9, 1, 30, 2}, {7}, {1, 2, 3}};
  const Graph batch = withLengths(withLengths(plain, {{2, 6}}), lengthsOf(sequences));
  for (const auto* attention : operatorsOf<Attention>(batch)) {
    CHECK(attention->segments[0].mask.low == mask.low);
    CHECK(attention->segments[0].mask.lowMoves == mask.lowMoves);
    CHECK(attention->segments[0].mask.highMoves == mask.highMoves);
    CHECK(attention->segments[0].mask.high ==
          (mask.highMoves ? mask.high : static_cast<int32_t>(attention->rows)));
  }
  const TensorValues together = runGolden(batch, tokenInputs(batch, sequences), Family::Pwl);
  const auto output = static_cast<TensorId>(
      std::ranges::find(batch.tensors, "layer1.output16", &TensorInfo::name) -
      batch.tensors.begin());
  auto begin = together[output].data.begin();
  for (const auto& sequence : sequences) {
    const Graph alone = withLengths(plain, lengthsOf({sequence}));
    const auto values = runGolden(alone, tokenInputs(alone, {{sequence}}), Family::Pwl)[output];
    CHECK(std::equal(values.data.begin(), values.data.end(), begin));
    begin += static_cast<std::ptrdiff_t>(values.data.size());
  }
  Graph mixed = batch;
  std::get<Attention>(*std::ranges::find_if(mixed.operators, [](const Operator& op) {
    return std::holds_alternative<Attention>(op);
  })).segments[0].mask.lowMoves = !mask.lowMoves;
  CHECK_THROWS_WITH(withLengths(mixed, {{3}}), Contains("with the same mask"));
}

TEST_CASE("lengths change again and again without moving the weights", "[lengths]") {
  Graph graph = one();
  const auto tableOf = [&] { return std::get<Embedding>(graph.operators.front()).tokens.data(); };
  const int16_t* table = tableOf();
  for (const auto& lengths : {std::vector<uint32_t>{3, 4}, {1}, {5, 5, 5}, {2, 16}, {6}}) {
    setLengths(graph, lengths);
    CHECK(structureOf(graph) == structureOf(withLengths(one(), lengths)));
  }
  CHECK(tableOf() == table);
}

TEST_CASE("lengths and tokens that do not fit are refused", "[lengths]") {
  Graph graph = one();
  const auto before = structureOf(graph);
  const auto set = [&](const std::vector<uint32_t>& lengths) { setLengths(graph, lengths); };
  CHECK_THROWS_WITH(set({}), Contains("sequences of one token at least"));
  CHECK_THROWS_WITH(set({3, 0}), Contains("sequences of one token at least"));
  CHECK_THROWS_WITH(set({3, 17}), Contains("a sequence of 17 tokens: the model has 16 positions"));
  CHECK_THROWS_WITH(set(std::vector<uint32_t>(4097, 16)), Contains("at most 65536 tokens"));
  CHECK(structureOf(graph) == before);
  set({2, 1});
  CHECK_THROWS_WITH(tokenInputs(graph, {{{1, 2}, {50}}}), Contains("token id 50"));
  CHECK_THROWS_WITH(tokenInputs(graph, {{{1, 2}}}), Contains("fewer tokens"));
  CHECK_THROWS_WITH(tokenInputs(graph, {{{1, 2}, {3, 4}}}), Contains("more tokens"));
  model::ModelSpec masked = smallSpec();
  masked.validTokens = 2;
  CHECK_THROWS_WITH(withLengths(buildBertEncoder(masked, 1, {4}, 7), {{3}}),
                    Contains("has a mask"));
  CHECK_THROWS_WITH(tokenInputs(buildBertEncoder(smallSpec(), 1, {4}, 7), {{{1}}}),
                    Contains("has no embedding"));
}

}  // namespace
}  // namespace intformer::test
