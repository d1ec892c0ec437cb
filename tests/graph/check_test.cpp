#include "sw/graph/check.hpp"

#include <functional>

#include "tests/catch.hpp"
#include "tests/model/small_spec.hpp"

namespace intformer::test {

using model::buildBertEncoder;

namespace {

constexpr std::size_t kEmbedding = 0, kNorm = 1, kQuery = 2, kAttention = 5, kSecond = 6,
                      kResidual = 7;
constexpr TensorId kInput = 0;

/// Two sequences in one layer, so that two attentions write one tensor.
Graph good() { return buildBertEncoder(smallSpec(), 1, {4, 3}, 5, model::EncoderInput::Tokens); }

template <typename Op>
Op& at(Graph& graph, std::size_t index) {
  return std::get<Op>(graph.operators.at(index));
}

std::string refusal(const std::function<void(Graph&)>& change, Graph graph = good()) {
  change(graph);
  try {
    checkGraph(graph);
  } catch (const GraphError& error) {
    return error.what();
  }
  return "taken";
}

TEST_CASE("what the builders make is a graph, with and without its integers", "[check]") {
  checkGraph(good());
  checkGraph(buildBertEncoder(smallSpec(), 2, {5}, 5));
  const Graph left =
      buildBertEncoder(smallSpec(), 2, {5}, 5, model::EncoderInput::Tokens, model::Integers::Left);
  checkGraph(left, false);
  CHECK_THROWS_AS(checkGraph(left), GraphError);
}

TEST_CASE("tensors without a place among the others are refused", "[check]") {
  CHECK(refusal([](Graph& g) { g.tensors[2].name = "tokens"; }) ==
        "tensor 2: name tokens: is another's, too");
  CHECK(refusal([](Graph& g) { g.tensors[2].name = "a\033[2J"; }) ==
        "tensor 2: name must not hold control characters");
  CHECK(refusal([](Graph& g) { g.tensors[2].rows = 0; }) ==
        "tensor embedding.sum: rows 0: must be 1 to 65536");
  CHECK(refusal([](Graph& g) { g.tensors[2].groupCols = 7; }) ==
        "tensor embedding.sum: group_cols 7: must divide its 24 columns");
  CHECK(refusal([](Graph& g) { g.tensors[0].role = TensorRole::Output; }) ==
        "tensor tokens: role 2: a list of row numbers is an input");
  CHECK(refusal([](Graph& g) {
          g.addTensor({"lost", ElementType::Int8, 7, 24, TensorRole::Intermediate, 0});
        }) == "tensor lost: rows 7: not all are written by an operator");
  CHECK(refusal([](Graph& g) {
          for (TensorInfo& info : g.tensors)
            if (info.role == TensorRole::Output) info.role = TensorRole::Intermediate;
        }) == "the graph has no output");
}

TEST_CASE("constants have values that fit, which nobody writes", "[check]") {
  Graph good = buildBertEncoder(smallSpec(), 1, {3}, 5);
  good.tensors[kInput].role = TensorRole::Constant;
  std::ranges::fill((good.constants[kInput] = Tensor(ElementType::Int8, 3, 24)).data,
                    int16_t{-128});
  const auto wrong = [&](const std::function<void(Graph&)>& change) {
    return refusal(change, good);
  };
  CHECK(wrong([](Graph&) {}) == "taken");
  CHECK(wrong([](Graph& g) { g.constants.clear(); }) ==
        "tensor input8: values: a constant needs them");
  CHECK(wrong([](Graph& g) { g.tensors[kInput].role = TensorRole::Input; }) ==
        "tensor input8: values: it is no constant");
  CHECK(wrong([](Graph& g) { g.constants[99]; }) ==
        "constants: tensor 99: the graph has tensors 0 to 13");
  CHECK(wrong([](Graph& g) { g.constants[kInput].rows = 4; }) ==
        "tensor input8: values: are 4 x 24 of int8, the tensor is 3 x 24 of int8");
  CHECK(wrong([](Graph& g) { g.constants[kInput].type = ElementType::Int16; }) ==
        "tensor input8: values: are 3 x 24 of int16, the tensor is 3 x 24 of int8");
  CHECK(wrong([](Graph& g) { g.constants[kInput].data.pop_back(); }) ==
        "tensor input8: values: there are 71, it needs 72, rows * cols");
  CHECK(wrong([](Graph& g) { g.constants[kInput].data[7] = 128; }) ==
        "tensor input8: values: [7]: 128: must be -128 to 127");
  CHECK(wrong([](Graph& g) {
          g.tensors[kInput].type = g.constants[kInput].type = ElementType::Uint8;
        }) == "tensor input8: role 3: a constant is int8 or int16");
  CHECK(wrong([](Graph& g) { at<Linear>(g, 0).output = kInput; }) ==
        "operator layer0.attention.query: output input8: is a constant, which no operator may "
        "write");
  good.constants.clear();
  checkGraph(good, false);
}

TEST_CASE("operators in an order in which a value is missing are refused", "[check]") {
  CHECK(refusal([](Graph& g) { std::swap(g.operators[kEmbedding], g.operators[kNorm]); }) ==
        "operator embedding.output: input embedding.sum: its rows 0 to 6 have no value yet");
  CHECK(refusal([](Graph& g) { g.operators.erase(g.operators.begin() + kSecond); }) ==
        "operator layer0.attention.residual: input layer0.attention.context: its rows 0 to 6 have "
        "no value yet");
  CHECK(refusal([](Graph& g) { at<Attention>(g, kSecond).firstRow = 3; }) ==
        "operator layer0.attention.context.1: output layer0.attention.context: its rows 3 to 5 are "
        "written twice");
  CHECK(refusal([](Graph& g) {
          at<Attention>(g, kSecond).weights = at<Attention>(g, kAttention).weights;
        }) == "operator layer0.attention.context.1: weights layer0.attention.weights.0: is 12 x 4, "
              "must be 9 x 3");
  CHECK(refusal([](Graph& g) {
          at<Linear>(g, kQuery).output = at<Linear>(g, kQuery + 1).output;
        }) == "operator layer0.attention.key: output layer0.attention.key: its rows 0 to 6 are "
              "written twice");
  CHECK(refusal([](Graph& g) {
          g.tensors[at<Linear>(g, kQuery).output].role = TensorRole::Input;
        }) == "operator layer0.attention.query: output layer0.attention.query: is an input, which "
              "no operator may write");
  CHECK(refusal([](Graph& g) { at<Linear>(g, kQuery).name = "embedding.sum"; }) ==
        "operator 2: name embedding.sum: is another's, too");
}

TEST_CASE("fields beyond their range are refused with operator, field and value", "[check]") {
  const std::string query = "operator layer0.attention.query: ";
  const std::string context = "operator layer0.attention.context.0: ";
  CHECK(refusal([](Graph& g) { at<Linear>(g, kQuery).depth = 65537; }) ==
        query + "depth 65537: must be 1 to 65536");
  CHECK(refusal([](Graph& g) { at<Linear>(g, kQuery).weights[5] = -128; }) ==
        query + "weights [5]: -128: must be -127 to 127");
  CHECK(refusal([](Graph& g) {
          std::get<RequantizeEpilogue>(at<Linear>(g, kQuery).epilogue).scale[3].shift = 0;
        }) == query + "epilogue.scale [3]: shift 0: must be 1 to 47");
  CHECK(refusal([](Graph& g) {
          std::get<ResidualEpilogue>(at<Linear>(g, kResidual).epilogue).identity = 0;
        }) == "operator layer0.attention.residual: epilogue.identity tokens: is a list of row "
              "numbers, must be int8 or int16");
  CHECK(refusal([](Graph& g) { at<Attention>(g, kAttention).heads = 1U << 31; }) ==
        context + "heads 2147483648: must be 1 to 65536");
  CHECK(refusal([](Graph& g) { at<Attention>(g, kAttention).firstRow = ~0U - 1; }) ==
        context + "first_row 4294967294: 4 rows from there on are more than the 7 of "
                  "layer0.attention.query, its query");
  CHECK(refusal([](Graph& g) { at<Attention>(g, kAttention).logit.pop_back(); }) ==
        context + "logit of 2 values: needs 3, one per head");
  CHECK(refusal([](Graph& g) { at<LayerNorm>(g, kNorm).shift = 32; }) ==
        "operator embedding.output: shift 32: must be 9 to 31");
  CHECK(refusal([](Graph& g) { at<Embedding>(g, kEmbedding).placeCount = 33; }) ==
        "operator embedding.sum: place_count 33: must be a multiple of 16 positions, up to "
        "16777216");
  CHECK(refusal([](Graph& g) { at<Embedding>(g, kEmbedding).place = 0; }) ==
        "operator embedding.sum: place 0: is the list of tokens, too");
}

TEST_CASE("segments of keys that contradict each other are refused", "[check][segments]") {
  const std::string context = "operator layer0.attention.context.0: ";
  const auto segments = [](Graph& g) -> std::vector<KeySegment>& {
    return at<Attention>(g, kAttention).segments;
  };
  CHECK(refusal([&](Graph& g) { segments(g).clear(); }) ==
        context + "segments 0: must be 1 to 4096");
  CHECK(refusal([&](Graph& g) { segments(g)[0].rows = 0; }) ==
        context + "segments.rows 0: must be 1 to 65536");
  CHECK(refusal([&](Graph& g) { segments(g)[0].runStep = 0; }) ==
        context + "segments.run_step 0: must be 1 to 65536");
  CHECK(refusal([&](Graph& g) { segments(g)[0].runRows = 2; }) ==
        context + "segments.run_rows 2: must be 1 to 1");
  CHECK(refusal([&](Graph& g) { segments(g)[0].position = 1U << 31; }) ==
        context + "segments.position 2147483648: must be 0 to 1073741824");
  CHECK(refusal([&](Graph& g) { segments(g)[0].runStep = 3; }) ==
        context + "first_row 0: 4 rows from there on are more than the 7 of layer0.attention.key, "
                  "its key");
  CHECK(refusal([&](Graph& g) { at<Attention>(g, kAttention).keyHeads = 2; }) ==
        context + "key_heads 2: must divide its 3 heads");
  CHECK(refusal([&](Graph& g) { segments(g)[0].value = 0; }).starts_with(context + "value"));
  // Without kept weights a second segment is taken, unless a query sees a key through both.
  const auto twoOf = [&](Graph& g, const Mask& mask) {
    KeySegment other = segments(g)[0];
    other.firstRow = 2;
    other.mask = mask;
    segments(g).push_back(other);
  };
  CHECK(refusal([&](Graph& g) { twoOf(g, {2, 4, false, false}); }) ==
        context + "weights 8: are kept of one segment, not of 2: leave them out");
  const auto withoutWeights = [&](const Mask& mask) {
    return refusal([&](Graph& g) {
      twoOf(g, mask);
      at<Attention>(g, kAttention).weights = kNoTensor;
    });
  };
  CHECK(withoutWeights({0, 1, false, true}) ==
        context + "segments 0 and 1: query 0 sees a key through both: cut one of their masks");
  CHECK(withoutWeights({0, -1, false, true}) ==
        context + "segments 0 and 1: query 2 sees a key through both: cut one of their masks");
  CHECK(refusal([&](Graph& g) {
          twoOf(g, {0, 4, false, false});
          segments(g)[0].mask.high = 3;  // only row 2 is in both
          at<Attention>(g, kAttention).weights = kNoTensor;
        }) == context + "segments 0 and 1: query 0 sees a key through both: cut one of their masks");
  CHECK(withoutWeights({2, 4, false, false}) ==
        "tensor layer0.attention.weights.0: rows 12: not all are written by an operator");
}

}  // namespace
}  // namespace intformer::test
