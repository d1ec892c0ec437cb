#include <algorithm>
#include <set>

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
  ModelSpec spec;
  spec.name = "same";
  spec.width = model.config.width;
  spec.heads = model.config.heads;
  spec.ffn = model.config.ffn;
  spec.layers = model.config.layers;
  spec.vocabulary = model.config.vocabulary;
  spec.positions = model.config.maxPositions;
  spec.types = model.config.segments;
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
}

}  // namespace
}  // namespace intformer::test
