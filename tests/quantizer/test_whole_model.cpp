#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "sw/float/run_float.hpp"
#include "sw/golden/golden.hpp"
#include "sw/model/bert.hpp"
#include "sw/quantizer/embedding_table.hpp"
#include "sw/quantizer/integer_form.hpp"
#include "tests/catch.hpp"
#include "tests/quantizer/support.hpp"

namespace intformer::test {

using namespace floating;
using namespace quantizer;
using model::ModelSpec;

namespace {

using Catch::Matchers::Contains;

ModelSpec specOf(const ModelShape& shape) {
  ModelSpec spec;
  spec.name = "same";
  spec.width = shape.width;
  spec.heads = shape.heads;
  spec.ffn = shape.ffn;
  spec.layers = shape.layers;
  spec.vocabulary = shape.vocabulary;
  spec.positions = shape.positions;
  spec.types = shape.segments;
  return spec;
}

TEST_CASE("a quantized model has the tensors and operators of a seeded one", "[quantizer]") {
  const FloatModel model = randomBert(1);
  const QuantizedModel quantized = quantizeModel(model.graph, randomSentences(model, 20, 1), {});
  const ModelSpec spec = specOf(model.shape);
  const Graph seeded =
      model::buildBertEncoder(spec, spec.layers, {1}, 1, model::EncoderInput::Tokens);
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
    const FloatModel model = randomBert(seed);
    const QuantizedModel quantized = quantizeModel(model.graph, randomSentences(model, 40, seed), {});
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
  const FloatModel model = randomBert(2);
  const auto sentences = randomSentences(model, 20, 102);
  QuantizedModel quantized = quantizeModel(model.graph, randomSentences(model, 40, 2), {});
  const double right = meanCosine(model, quantized, sentences);
  for (Operator& op : quantized.graph.operators)
    if (auto* linear = std::get_if<Linear>(&op); linear && linear->name == "layer0.ffn.residual")
      std::ranges::reverse(linear->weights);
  const double wrong = meanCosine(model, quantized, sentences);
  INFO("right " << right << ", wrong " << wrong);
  CHECK(wrong < right - 0.01);
}

TEST_CASE("a model's first layers are a model", "[quantizer]") {
  const FloatModel whole = randomBert(3);
  const auto sentences = randomSentences(whole, 20, 103);
  FloatModel first = whole;
  keepLayers(first, 1);
  const QuantizedModel quantized = quantizeModel(first.graph, randomSentences(whole, 40, 3), {});
  const double cosine = meanCosine(first, quantized, sentences);
  CHECK(cosine > 0.995);
  CHECK(cosine > meanCosine(whole, quantized, sentences) + 0.02);  // the second layer is missing
  for (const auto& tokens : sentences) {
    const FloatValues values = runFloat(whole.graph, {{tokens}});
    CHECK(floatOutput(first.graph, {{tokens}}).data ==
          values[whole.graph.blocks[0].output].data);
  }
}

TEST_CASE("float32 gives packed sentences what it gives each alone", "[quantizer]") {
  const FloatModel model = randomBert(6);
  const auto sentences = randomSentences(model, 9, 6);
  const FloatMatrix together = floatOutput(model.graph, sentences);
  uint32_t row = 0;
  for (const auto& tokens : sentences) {
    const FloatMatrix alone = floatOutput(model.graph, {{tokens}});
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
  const FloatModel model = randomBert(4);
  const uint32_t width = model.shape.width;
  const FloatEmbedding& source = embeddingOf(model.graph);
  auto op = std::get<Embedding>(integerForm(model.graph).graph.operators.front());
  const double step = quantizeEmbedding(source, op);
  REQUIRE(op.placeCount == model.shape.positions * model.shape.segments);
  const auto [low, high] = std::ranges::minmax(op.tokens);
  CHECK((low >= -8191 && high <= 8191));
  for (std::size_t i = 0; i < op.tokens.size(); ++i) {
    const double unit = op.tokenScale[i % width].real() * step;
    CHECK(std::abs(op.tokens[i] * unit - source.tokenTable[i]) < 0.7 * unit);
  }
  for (uint32_t place = 0; place < op.placeCount; ++place)
    for (uint32_t c = 0; c < width; ++c) {
      const double unit = op.placeScale[c].real() * step;
      const double expected =
          source.positionTable[place % op.positions * width + c] +
          source.segmentTable[place / op.positions * width + c];
      CHECK(std::abs(op.places[place * width + c] * unit - expected) < 1.1 * unit);
    }
}

TEST_CASE("a calibration that does not fit is refused", "[quantizer]") {
  const FloatModel model = randomBert(5);
  CHECK_THROWS_WITH(quantizeModel(model.graph, {}, {}), Contains("at least one sentence"));
  const std::vector<std::vector<uint32_t>> unknown = {{1, 2, 1000}};
  CHECK_THROWS_WITH(quantizeModel(model.graph, unknown, {}), Contains("token id 1000"));
  const std::vector<std::vector<uint32_t>> long_ = {std::vector<uint32_t>(72, 4)};
  CHECK_THROWS_WITH(quantizeModel(model.graph, long_, {}),
                    Contains("sentence of 72 tokens: the model has 64 positions"));
}

}  // namespace
}  // namespace intformer::test
