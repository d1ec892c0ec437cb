#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "sw/golden/golden.hpp"
#include "sw/model/bert.hpp"
#include "sw/quantizer/embedding_table.hpp"
#include "tests/catch.hpp"
#include "tests/quantizer/support.hpp"

namespace intformer::test {
namespace {

using Catch::Matchers::Contains;

TEST_CASE("a quantized model has the tensors and operators of a seeded one", "[quantizer]") {
  const FloatBert model = randomBert(1);
  const QuantizedBert quantized = quantizeModel(model, randomSentences(model, 20, 1), {});
  const ModelSpec spec = shapeOf(model.config, "same");
  const Graph seeded = buildBertEncoder(spec, spec.layers, {1}, 1, EncoderInput::Tokens);
  const auto tensors = [](const Graph& graph) {
    std::set<std::tuple<std::string, ElementType, uint32_t, uint32_t, TensorRole, uint32_t>> all;
    for (const TensorInfo& t : graph.tensors)
      all.emplace(t.name, t.type, t.rows, t.cols, t.role, t.groupCols);
    return all;
  };
  CHECK(tensors(quantized.graph) == tensors(seeded));
  REQUIRE(quantized.graph.operators.size() == seeded.operators.size());
  for (std::size_t i = 0; i < seeded.operators.size(); ++i)
    CHECK(operatorName(quantized.graph.operators[i]) == operatorName(seeded.operators[i]));
}

TEST_CASE("a quantized model is close to float32 from token ids on", "[quantizer]") {
  for (const uint64_t seed : {1, 2, 3}) {
    const FloatBert model = randomBert(seed);
    const QuantizedBert quantized = quantizeModel(model, randomSentences(model, 40, seed), {});
    const auto sentences = randomSentences(model, 20, seed + 100);
    for (const Family family : {Family::Pwl, Family::Ibert}) {
      const double cosine = meanCosine(model, quantized, sentences, family);
      INFO("seed " << seed << ": mean cosine " << cosine);
      CHECK(cosine > 0.99);
      CHECK(cosine < 1);
    }
  }
}

TEST_CASE("a wrong weight shows in the cosine", "[quantizer]") {
  const FloatBert model = randomBert(2);
  const auto sentences = randomSentences(model, 20, 102);
  QuantizedBert quantized = quantizeModel(model, randomSentences(model, 40, 2), {});
  const double right = meanCosine(model, quantized, sentences);
  for (Operator& op : quantized.graph.operators)
    if (auto* linear = std::get_if<Linear>(&op); linear && linear->name == "layer0.ffn.residual")
      std::ranges::reverse(linear->weights);
  const double wrong = meanCosine(model, quantized, sentences);
  INFO("right " << right << ", wrong " << wrong);
  CHECK(wrong < right - 0.01);
}

TEST_CASE("a model's first layers are a model", "[quantizer]") {
  const FloatBert whole = randomBert(3);
  const auto sentences = randomSentences(whole, 20, 103);
  FloatBert first = whole;
  keepLayers(first, 1);
  const QuantizedBert quantized = quantizeModel(first, randomSentences(whole, 40, 3), {});
  const double cosine = meanCosine(first, quantized, sentences);
  CHECK(cosine > 0.995);
  CHECK(cosine > meanCosine(whole, quantized, sentences) + 0.02);  // the second layer is missing
  for (const auto& tokens : sentences) {
    const std::vector<uint32_t> lengths = {static_cast<uint32_t>(tokens.size())};
    const FloatMatrix output =
        runFloatLayer(whole.config, whole.layers[0], embed(whole, {{tokens}}), lengths).output;
    CHECK(runFloatBert(first, {{tokens}}).data == output.data);
  }
}

TEST_CASE("float32 gives packed sentences what it gives each alone", "[quantizer]") {
  const FloatBert model = randomBert(6);
  const auto sentences = randomSentences(model, 9, 6);
  const FloatMatrix together = runFloatBert(model, sentences);
  uint32_t row = 0;
  for (const auto& tokens : sentences) {
    const FloatMatrix alone = runFloatBert(model, {{tokens}});
    for (uint32_t r = 0; r < alone.rows; ++r, ++row)
      for (uint32_t c = 0; c < alone.cols; ++c)
        CHECK(together.row(row)[c] == Approx(alone.row(r)[c]).margin(1e-5));
  }
  CHECK(row == together.rows);
}

TEST_CASE("cosines of rows and reals of results, worked out by hand", "[quantizer]") {
  FloatMatrix a(3, 2);
  FloatMatrix b(3, 2);
  a.data = {3, 4, 1, 0, 1, 1};
  b.data = {4, 3, 0, 2, 0, 0};
  const std::vector<double> cosines = rowCosines(a, b);
  REQUIRE(cosines.size() == 3);
  CHECK(cosines[0] == Approx(0.96));
  CHECK(cosines[1] == 0);
  CHECK(cosines[2] == 0);  // nothing to compare with
  Tensor values(ElementType::Int16, 2, 2);
  values.data = {256, -512, 64, 32767};
  CHECK(dequantize(values, std::vector{0.5, 2.0}).data ==
        std::vector<float>{0.5F, -4, 0.125F, 255.9921875F});
}

TEST_CASE("every row of the embedding's tables is within half a unit", "[quantizer]") {
  const FloatBert model = randomBert(4);
  const uint32_t width = model.config.width;
  const QuantizedEmbedding embedding = quantizeEmbedding("embedding.sum", model);
  const Embedding& op = embedding.op;
  REQUIRE(op.placeCount == model.config.maxPositions * model.config.segments);
  const auto [low, high] = std::ranges::minmax(op.tokens);
  CHECK((low >= -8191 && high <= 8191));
  for (std::size_t i = 0; i < op.tokens.size(); ++i) {
    const double unit = op.tokenScale[i % width].real() * embedding.step;
    CHECK(std::abs(op.tokens[i] * unit - model.wordEmbeddings[i]) < 0.7 * unit);
  }
  for (uint32_t place = 0; place < op.placeCount; ++place)
    for (uint32_t c = 0; c < width; ++c) {
      const double unit = op.placeScale[c].real() * embedding.step;
      const double expected =
          model.positionEmbeddings[place % op.positions * width + c] +
          model.segmentEmbeddings[place / op.positions * width + c];
      CHECK(std::abs(op.places[place * width + c] * unit - expected) < 1.1 * unit);
    }
}

TEST_CASE("a calibration that does not fit is refused", "[quantizer]") {
  const FloatBert model = randomBert(5);
  CHECK_THROWS_WITH(quantizeModel(model, {}, {}), Contains("at least one sentence"));
  const std::vector<std::vector<uint32_t>> unknown = {{1, 2, 1000}};
  CHECK_THROWS_WITH(quantizeModel(model, unknown, {}), Contains("token id 1000"));
  const std::vector<std::vector<uint32_t>> long_ = {std::vector<uint32_t>(72, 4)};
  CHECK_THROWS_WITH(quantizeModel(model, long_, {}),
                    Contains("sentence of 72 tokens: the model has 64 positions"));
}

}  // namespace
}  // namespace intformer::test
