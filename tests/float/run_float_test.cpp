#include "sw/float/run_float.hpp"

#include <algorithm>
#include <cmath>

#include "tests/catch.hpp"
#include "tests/float/small_graphs.hpp"

namespace intformer::test {

using namespace floating;

namespace {

const FloatAttention& attentionOf(const FloatGraph& graph) {
  for (const FloatOperator& op : graph.operators)
    if (const auto* attention = std::get_if<FloatAttention>(&op)) return *attention;
  throw std::logic_error("no attention");
}

/// One value of the attention's result, from its definition in double; `row` counts from `first`.
double attended(const FloatAttention& op, const FloatValues& values, uint32_t first, uint32_t row,
                uint32_t low, uint32_t high, uint32_t col) {
  const uint32_t head = col / op.headWidth * op.headWidth;
  double sum = 0;
  double result = 0;
  for (uint32_t j = low; j < high; ++j) {
    double dot = 0;
    for (uint32_t c = head; c < head + op.headWidth; ++c)
      dot += double{values[op.query].row(first + row)[c]} * values[op.key].row(first + j)[c];
    const double weight = std::exp(dot / std::sqrt(op.headWidth));
    sum += weight;
    result += weight * values[op.value].row(first + j)[col];
  }
  return result / sum;
}

TEST_CASE("attention sees what its reach allows, and nothing of other sequences", "[float]") {
  const std::vector<std::vector<uint32_t>> tokens = {{1, 7, 3, 10, 2, 2, 5}, {4}, {6, 0, 9}};
  const auto [before, behind] = GENERATE(
      table<std::optional<uint32_t>, std::optional<uint32_t>>(
          {{std::nullopt, std::nullopt}, {std::nullopt, 0}, {2, 0}, {1, 2}, {std::nullopt, 1}}));
  const FloatGraph graph = smallGraph(1, Reach{before, behind});
  const FloatValues values = runFloat(graph, tokens);
  const FloatAttention& op = attentionOf(graph);
  uint32_t first = 0;
  for (const auto& sequence : tokens) {
    const auto length = static_cast<uint32_t>(sequence.size());
    for (uint32_t row = 0; row < length; ++row) {
      const uint32_t low = before && row > *before ? row - *before : 0;
      const uint32_t high = behind ? std::min(length, row + *behind + 1) : length;
      for (uint32_t c = 0; c < op.heads * op.headWidth; ++c)
        CHECK(values[op.output].row(first + row)[c] ==
              Approx(attended(op, values, first, row, low, high, c)).margin(1e-5));
    }
    first += length;
  }
}

TEST_CASE("an RMSNorm divides by the root mean square and adds nothing", "[float]") {
  const FloatGraph graph = smallGraph(1, {}, true);
  const std::vector<std::vector<uint32_t>> tokens = {{1, 7, 3}};
  const FloatValues values = runFloat(graph, tokens);
  const auto& op = std::get<FloatLayerNorm>(graph.operators.back());
  CHECK(op.beta.empty());
  for (uint32_t r = 0; r < 3; ++r) {
    const float* const x = values[op.input].row(r);
    double square = op.epsilon;
    for (std::size_t c = 0; c < op.gamma.size(); ++c) square += x[c] * x[c] / op.gamma.size();
    for (std::size_t c = 0; c < op.gamma.size(); ++c)
      CHECK(values[op.output].row(r)[c] ==
            Approx(x[c] / std::sqrt(square) * op.gamma[c]).margin(1e-6));
  }
}

TEST_CASE("a causal graph says of a text's beginning what it says of it alone", "[float]") {
  const FloatGraph graph = smallGraph(2, kCausal);
  const std::vector<uint32_t> tokens = {1, 7, 3, 10, 2, 2, 5};
  const FloatMatrix whole = floatOutput(graph, {{tokens}});
  const FloatMatrix part = floatOutput(graph, {{{tokens.begin(), tokens.begin() + 4}}});
  for (std::size_t i = 0; i < part.data.size(); ++i)
    CHECK(part.data[i] == Approx(whole.data[i]).margin(1e-5));
}

}  // namespace
}  // namespace intformer::test
