// What trained models have that random ones have not: keys with a constant part, and columns of a hidden
// layer that reach far.
#include <algorithm>
#include <stdexcept>

#include "tests/catch.hpp"
#include "tests/quantizer/support.hpp"

namespace intformer::test {
namespace {

floating::AffineMap& mapOf(floating::FloatModel& model, const std::string& name) {
  for (floating::FloatOperator& op : model.graph.operators)
    if (auto* linear = std::get_if<floating::FloatLinear>(&op); linear && linear->name == name)
      return linear->map;
  throw std::invalid_argument(name);
}

double cosineOf(const floating::FloatModel& model) {
  const auto sentences = randomSentences(model, 30, 1);
  return meanCosine(model, quantizer::quantizeModel(model.graph, sentences, {}),
                    randomSentences(model, 20, 2));
}

TEST_CASE("a constant in an attention's keys costs nothing", "[quantizer]") {
  floating::FloatModel model = randomBert(7);
  const double before = cosineOf(model);
  for (const std::string layer : {"layer0.", "layer1."}) {
    floating::AffineMap& key = mapOf(model, layer + "attention.key");
    for (std::size_t c = 0; c < key.bias.size() / 2; ++c) key.bias[c] += c % 2 == 0 ? 900 : -700;
  }
  const double after = cosineOf(model);
  CAPTURE(before, after);
  CHECK(after > before - 0.0001);
}

TEST_CASE("a column beyond what GELU's argument holds is computed narrower", "[quantizer]") {
  floating::FloatModel model = randomBert(7);
  const double before = cosineOf(model);
  floating::AffineMap& hidden = mapOf(model, "layer0.ffn.hidden");
  floating::AffineMap& next = mapOf(model, "layer0.ffn.residual");
  for (const std::size_t column : {3U, 8U}) {
    for (std::size_t k = 0; k < hidden.depth; ++k) hidden.weights[k * hidden.cols + column] *= 200;
    for (std::size_t c = 0; c < next.cols; ++c) next.weights[column * next.cols + c] /= 20;
  }
  const double after = cosineOf(model);
  CAPTURE(before, after);
  CHECK(after > before - 0.001);
}

}  // namespace
}  // namespace intformer::test
