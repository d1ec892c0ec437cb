#include "sw/quantizer/real_layer.hpp"

#include <algorithm>
#include <cmath>

#include "sw/golden/golden.hpp"
#include "sw/quantizer/scales.hpp"
#include "tests/catch.hpp"
#include "tests/import/synthetic_bert.hpp"

namespace intformer::test {
namespace {

using Catch::Matchers::Contains;

constexpr std::string_view kSentence = "The small river is playing, and a bridge was unknown!";

TEST_CASE("imported layers in integers are close to float32", "[import]") {
  const TemporaryFolder folder;
  writeBert(folder, syntheticBert(2));
  const uint32_t layers = GENERATE(1U, 2U);
  const Family family = GENERATE(Family::Pwl, Family::Ibert);
  const RealLayer real = importRealLayer(folder.path(), kSentence, layers);
  CHECK(real.pieces.front() == "[CLS]");
  CHECK(real.pieces.size() == real.reference.rows);
  const TensorValues values = runGolden(real.quantized.graph, real.inputs, family);
  const std::vector<double> cosines = real.cosines(values);
  REQUIRE(cosines.size() == real.pieces.size());
  const double worst = *std::min_element(cosines.begin(), cosines.end());
  INFO("layers " << layers << " worst cosine " << worst);
  CHECK(worst > 0.99);
  CHECK(worst < 1);
}

TEST_CASE("a wrong weight shows in the cosine", "[import]") {
  const TemporaryFolder folder;
  writeBert(folder, syntheticBert(2));
  RealLayer real = importRealLayer(folder.path(), kSentence);
  for (Operator& op : real.quantized.graph.operators)
    if (auto* linear = std::get_if<Linear>(&op); linear && linear->name == "layer0.ffn.residual")
      std::reverse(linear->weights.begin(), linear->weights.end());
  const auto cosines = real.cosines(runGolden(real.quantized.graph, real.inputs, Family::Pwl));
  CHECK(*std::min_element(cosines.begin(), cosines.end()) < 0.98);
}

TEST_CASE("layers, sentences and folders that do not fit are refused", "[import]") {
  const TemporaryFolder folder;
  writeBert(folder, syntheticBert(3));
  CHECK_THROWS_WITH(importRealLayer(folder.path(), kSentence, 3),
                    Contains("3 layers asked for, the model has 2"));
  CHECK_THROWS_WITH(importRealLayer(folder.path(), kSentence, 0), Contains("0 layers asked for"));
  std::string long_;
  for (int i = 0; i < 70; ++i) long_ += "the ";
  CHECK_THROWS_WITH(importRealLayer(folder.path(), long_),
                    Contains("sentence of 72 tokens: the model has 64 positions"));
  CHECK_THROWS_AS(importRealLayer(folder.path("nowhere"), kSentence), ImportError);
}

TEST_CASE("quantized linear operators reproduce the real product", "[import]") {
  // 2 inputs, 2 outputs; steps 0.5 and 0.25, zero points 3 and -7.
  const FloatLinear source{2, 2, {1, -0.5F, 0.25F, 0}, {10, -2}};
  const Quantization input{{0.5, 0.25}, {3, -7}};
  const QuantizedLinear linear = quantizeLinearByRange("x", source, input);
  const int values[2] = {53, -27};  // reals 25 and -5
  for (std::size_t c = 0; c < 2; ++c) {
    double sum = linear.op.bias[c];
    double expected = source.bias[c];
    for (std::size_t k = 0; k < 2; ++k) {
      sum += values[k] * linear.op.weights[k * 2 + c];
      expected += (values[k] - input.zero[k]) * input.step[k] * source.weights[k * 2 + c];
    }
    CHECK(sum * linear.step[c] == Approx(expected).margin(0.2));
  }
  CHECK(linear.op.weights[0] == 127);
  CHECK(linear.op.weights[1] == -127);
  CHECK(linear.op.weights[3] == 0);
}

TEST_CASE("smoothing fills the int8 range and follows its formula", "[import]") {
  const ChannelRange range{{-1, -0.1F, 0}, {0.5F, 10, 0}};
  const FloatLinear consumer{3, 1, {0.5F, -0.125F, 1}, {0}};
  const std::array consumers = {&consumer};
  const Quantization symmetric = smoothedSymmetric(range, consumers);
  CHECK(symmetric.step[1] / symmetric.step[0] ==
        Approx(std::pow(10, 0.8) * std::pow(0.5 / 0.125, 0.2)));
  CHECK(std::max(1 / symmetric.step[0], 10 / symmetric.step[1]) == Approx(127));
  CHECK(symmetric.step[2] > 0);  // a channel that is always zero
  const Quantization asymmetric = smoothedAsymmetric(range, consumers);
  for (std::size_t c = 0; c < 3; ++c) {
    CHECK(range.low[c] / asymmetric.step[c] + asymmetric.zero[c] >= -128.5);
    CHECK(range.high[c] / asymmetric.step[c] + asymmetric.zero[c] <= 127.5);
  }
}

}  // namespace
}  // namespace intformer::test
