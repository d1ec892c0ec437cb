#include "sw/model/gpt2.hpp"

#include <set>
#include <string>

#include "sw/float/run_float.hpp"
#include "sw/golden/golden.hpp"
#include "sw/graph/check.hpp"
#include "sw/graph/lengths.hpp"
#include "sw/quantizer/quantize_model.hpp"
#include "tests/catch.hpp"

namespace intformer::test {

using namespace model;
using namespace quantizer;

namespace {

ModelSpec tiny() { return *loadModelSpec("configs/models/gpt2-tiny.toml").spec; }

std::vector<std::vector<uint32_t>> sequences(const std::vector<uint32_t>& lengths) {
  std::vector<std::vector<uint32_t>> tokens;
  uint32_t next = 11;
  for (const uint32_t length : lengths)
    for (uint32_t& token : tokens.emplace_back(length)) token = (next += 17) % 50;
  return tokens;
}

TEST_CASE("the integers of causal layers are near float32", "[gpt2]") {
  for (const uint64_t seed : {1, 2}) {
    const floating::FloatModel model = model::gpt2::draw(model::gpt2::shapeOf(tiny(), 2), seed);
    const QuantizedModel quantized = quantizeModel(model.graph, sequences({20, 31, 7, 25}), {});
    const auto tokens = sequences({13, 1, 29});
    const Graph graph = withLengths(quantized.graph, lengthsOf(tokens));
    checkGraph(graph);
    const TensorValues values = golden::runGolden(graph, tokenInputs(graph, tokens), Family::Pwl);
    double sum = 0;
    for (const double cosine : rowCosines(dequantizeOutput(quantized, values),
                                          floating::floatOutput(model.graph, tokens)))
      sum += cosine / 43;
    INFO("seed " << seed << ": mean cosine " << sum);
    CHECK(sum > 0.99);
    CHECK(sum < 1);
  }
}

TEST_CASE("no integer of a token depends on those behind it", "[gpt2]") {
  const Graph graph = model::gpt2::buildGraph(tiny(), 2, {1}, 3, Integers::Drawn);
  const auto whole = sequences({23});
  const std::vector<std::vector<uint32_t>> part = {{whole[0].begin(), whole[0].begin() + 9}};
  const auto run = [&](const std::vector<std::vector<uint32_t>>& tokens) {
    const Graph batch = withLengths(graph, lengthsOf(tokens));
    return golden::runGolden(batch, tokenInputs(batch, tokens), Family::Pwl);
  };
  const TensorValues longer = run(whole);
  const TensorValues shorter = run(part);
  for (TensorId id = 0; id < graph.tensors.size(); ++id) {
    if (graph.tensors[id].type == ElementType::Uint8) continue;  // as wide as the sequence
    INFO(graph.tensors[id].name);
    CHECK(std::equal(shorter[id].data.begin(), shorter[id].data.end(), longer[id].data.begin()));
  }
}

TEST_CASE("a graph whose integers are left has the tensors of one with them", "[gpt2]") {
  const auto namesOf = [](const Graph& graph) {
    std::set<std::string> names;
    for (const TensorInfo& info : graph.tensors)
      names.insert(info.name + " " + std::to_string(info.rows) + "x" + std::to_string(info.cols));
    for (const Operator& op : graph.operators) names.insert(operatorShape(graph, op));
    return names;
  };
  const std::vector<uint32_t> lengths = {5, 3};
  const auto names = namesOf(model::gpt2::buildGraph(tiny(), 2, lengths, 1, Integers::Drawn));
  CHECK(namesOf(model::gpt2::buildGraph(tiny(), 2, lengths, 1, Integers::Left)) == names);
  CHECK(names.contains("layer1.attention.norm8 8x36"));
  CHECK_FALSE(names.contains("layer1.attention.norm16 8x36"));  // nobody would read it
  CHECK(names.contains("output16 8x36"));
}

TEST_CASE("a GPT-2 begins with its embedding", "[gpt2]") {
  CHECK_THROWS_AS(buildModel(tiny(), 1, {4}, 1, EncoderInput::Activations),
                  std::invalid_argument);
  CHECK_THROWS_AS(buildModel(tiny(), 1, {65}, 1, EncoderInput::Tokens), std::invalid_argument);
}

}  // namespace
}  // namespace intformer::test
