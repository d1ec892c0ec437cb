#include <algorithm>
#include <array>

#include "sw/graph/lengths.hpp"
#include "tests/catch.hpp"
#include "tests/compiler/support.hpp"
#include "tests/float/small_graphs.hpp"
#include "tests/quantizer/support.hpp"

namespace intformer::test {
namespace {

using Sentences = std::vector<std::vector<uint32_t>>;

Sentences sentencesOf(const floating::ModelShape& shape, uint32_t count, uint64_t seed) {
  model::Random random(seed);
  Sentences sentences(count);
  for (auto& tokens : sentences) {
    tokens.resize(1 + random.below(shape.positions));
    for (uint32_t& token : tokens) token = random.below(shape.vocabulary);
  }
  return sentences;
}

TEST_CASE("a graph with RMSNorms becomes integers that golden and emulator agree on", "[quantizer]") {
  floating::FloatModel model;
  model.shape = smallShape(2);
  model.graph = smallGraph(2, floating::kCausal, true);
  const quantizer::QuantizedModel quantized =
      quantizer::quantizeModel(model.graph, sentencesOf(model.shape, 40, 1), {});
  const auto norms = operatorsOf<LayerNorm>(quantized.graph);
  REQUIRE(norms.size() == 3);
  for (const LayerNorm* norm : norms) {
    CHECK(norm->rootMeanSquare);
    CHECK(std::ranges::all_of(norm->offset, [](int32_t value) { return value == 0; }));
  }
  const Sentences others = sentencesOf(model.shape, 20, 2);
  const double cosine = meanCosine(model, quantized, others);
  CAPTURE(cosine);
  CHECK(cosine > 0.999);

  const Graph graph = withLengths(quantized.graph, std::array{5U, 8U});
  const Plan plan = configPlan("tiny4");
  const TensorValues inputs = tokenInputs(graph, Sentences{{1, 7, 3, 10, 2}, {4, 6, 0, 9, 5, 8, 2, 2}});
  CHECK(runAndCompare(graph, plan, compiler::compile(graph, plan), inputs).empty());
}

}  // namespace
}  // namespace intformer::test
