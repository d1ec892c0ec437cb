#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "sw/accuracy/result.hpp"
#include "sw/golden/golden.hpp"
#include "sw/graph/lengths.hpp"
#include "tests/catch.hpp"
#include "tests/quantizer/support.hpp"

namespace intformer::test {

using namespace accuracy;
using floating::FloatMatrix;

namespace {

using Catch::Matchers::Contains;

struct Sample {
  floating::FloatModel model = randomBert(1);
  quantizer::QuantizedModel quantized =
      quantizer::quantizeModel(model.graph, randomSentences(model, 40, 1), {});
  std::vector<std::vector<uint32_t>> sentences = randomSentences(model, 6, 2);
};

FloatMatrix matrix(uint32_t cols, std::vector<float> values) {
  FloatMatrix result(static_cast<uint32_t>(values.size() / cols), cols);
  result.data = std::move(values);
  return result;
}

TEST_CASE("agreement counts what a hand count finds", "[accuracy]") {
  // Two queries, then seven lines, at these angles in degrees; the integers turn some of them.
  const auto at = [](std::vector<double> degrees) {
    std::vector<float> values;
    for (const double d : degrees) {
      values.push_back(static_cast<float>(std::cos(d * M_PI / 180)));
      values.push_back(static_cast<float>(std::sin(d * M_PI / 180)));
    }
    return matrix(2, values);
  };
  const FloatMatrix reference = at({0, 90, 10, 20, 30, 40, 50, 60, 88});
  // Query 0: nearest was 10, now 50 away and last of all but one; query 1: unchanged.
  const FloatMatrix integers = at({0, 90, 50, 20, 30, 40, 45, 48, 88});
  const Agreement result = agreement(reference, integers, 2);
  CHECK(result.sameNearest == 0.5);
  CHECK(result.nearestInFive == 0.5);  // five are nearer: 20, 30, 40, 45, 48
  CHECK(result.worst == Approx(std::cos(40 * M_PI / 180)));
  CHECK(result.cosines[0] == Approx(1));
  const Agreement same = agreement(reference, reference, 2);
  CHECK((same.sameNearest == 1 && same.nearestInFive == 1));
  CHECK(same.mean == Approx(1));
}

TEST_CASE("the first variant is the golden model", "[accuracy]") {
  const Sample s;
  const FloatMatrix expected =
      embed::goldenBackend(s.quantized, Family::Pwl)->run(s.sentences);
  const auto variants = allVariants();
  CHECK(variantBackend(s.quantized, variants[0])->run(s.sentences).data == expected.data);
  for (std::size_t i = 1; i < variants.size(); ++i) {
    INFO(variants[i].name);
    const FloatMatrix other = variantBackend(s.quantized, variants[i])->run(s.sentences);
    CHECK(other.data != expected.data);
    const auto cosines = quantizer::rowCosines(other, expected);
    double sum = 0;
    for (const double cosine : cosines) sum += cosine;
    CHECK(sum / static_cast<double>(cosines.size()) > 0.95);
  }
}

TEST_CASE("the studies' attention is the golden one but for its rule", "[accuracy]") {
  const Sample s;
  const Graph graph = withLengths(s.quantized.graph, lengthsOf(s.sentences));
  const TensorValues values =
      golden::runGolden(graph, tokenInputs(graph, s.sentences), Family::Pwl);
  for (const Attention* attention : operatorsOf<Attention>(graph)) {
    TensorValues again = values;
    std::ranges::fill(again[attention->output].data, int16_t{0});
    runAttention(graph, *attention, again, allVariants()[0]);
    for (uint32_t r = 0; r < attention->rows; ++r)
      for (uint32_t c = 0; c < attention->heads * attention->headWidth; ++c)
        REQUIRE(again[attention->output].at(attention->firstRow + r, c) ==
                values[attention->output].at(attention->firstRow + r, c));
  }
}

TEST_CASE("one equal key after another: normalized weights lose flat rows", "[accuracy]") {
  // 100 keys alike: every weight is 1/100, of which 8 bits keep floor(256 / 100) = 2.
  Graph graph;
  Attention op;
  const auto tensor = [&](const char* name) {
    return graph.addTensor({name, ElementType::Int8, 100, 1, TensorRole::Input, 0});
  };
  op.query = tensor("query");
  const TensorId key = tensor("key"), value = tensor("value");
  op.output = tensor("output");
  op.rows = 100;
  op.heads = op.keyHeads = op.headWidth = 1;
  op.segments = {ownKeys(op, key, value, {.high = 100})};
  op.logit = op.result = {kIdentityScale};
  TensorValues values(4);
  for (TensorId id = 0; id < 3; ++id) {
    values[id] = Tensor(ElementType::Int8, 100, 1);
    for (int16_t& v : values[id].data) v = id == value ? int16_t{100} : int16_t{0};
  }
  Variant variant;
  runAttention(graph, op, values, variant);
  CHECK(values[op.output].at(7, 0) == 100);
  variant.form = AttentionForm::NormalizedP;
  runAttention(graph, op, values, variant);
  CHECK(values[op.output].at(7, 0) == 78);  // 100 * 100 * 2 / 256 = 78.1
}

TEST_CASE("layers drift a little, and a wrong weight shows", "[accuracy]") {
  Sample s;
  const Variant variant = allVariants()[0];
  const auto errors = layerErrors(s.model.graph, s.quantized, s.sentences, variant);
  REQUIRE(errors.size() == 1 + 2 * s.model.shape.layers);
  CHECK(errors.front().tensor == "embedding.output16");
  CHECK(errors.front().relative < 0.01);  // tables and one LayerNorm, all in 14 bits and more
  CHECK(errors.front().relative > 0);
  for (const LayerError& error : errors) {
    INFO(error.tensor);
    CHECK(error.mean > 0.99);
    CHECK(error.relative < 0.2);
  }
  const auto own = ownErrors(s.quantized, s.sentences, variant);
  CHECK(std::ranges::count(own, "layer*.ffn.hidden", &reference::OperatorError::tensor) == 1);
  for (const reference::OperatorError& error : own)
    CHECK(error.rootMeanSquare < 0.1 * error.deviation);
  for (Operator& op : s.quantized.graph.operators)
    if (auto* linear = std::get_if<Linear>(&op); linear && linear->name == "layer0.ffn.residual")
      std::ranges::reverse(linear->weights);
  const auto broken = layerErrors(s.model.graph, s.quantized, s.sentences, variant);
  CHECK(broken[1].relative == errors[1].relative);
  CHECK(broken[2].relative > 2 * errors[2].relative);
}

TEST_CASE("text, JSON and page hold the figures", "[accuracy]") {
  AccuracyResult result;
  result.model = "a <model>";
  result.corpus = "lines.txt";
  result.queries = 1;
  result.lines = 2;
  Agreement values;
  values.cosines = {0.5, 0.99875, 1};
  values.mean = 0.83292;
  values.worst = 0.5;
  values.sameNearest = 0.625;
  result.variants = {{allVariants()[0], values}};
  result.layers = {{"layer0.output16", 0.9987, 0.9, 0.0123}};
  result.operators = {{"layer*.ffn.hidden", "linear", 0.5, 0.25, 12.5}};
  CHECK_THAT(accuracyText(result), Contains("0.83292") && Contains("62.5 %") &&
                                       Contains("layer0.output16"));
  const auto json = nlohmann::json::parse(accuracyJson(result));
  CHECK(json["variants"][0]["worst_cosine"] == 0.5);
  CHECK(json["layers"][0]["relative_error"] == 0.0123);
  const std::string html = accuracyHtml(result);
  CHECK_THAT(html, Contains("a &lt;model&gt;") && Contains("0.83292") && Contains("62.5 %") &&
                       Contains("layer*.ffn.hidden") && Contains("</html>"));
  CHECK(html.find("http") == std::string::npos);  // nothing from outside
}

}  // namespace
}  // namespace intformer::test
