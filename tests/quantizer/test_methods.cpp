#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "sw/model/random.hpp"
#include "sw/quantizer/coding.hpp"
#include "sw/quantizer/weights.hpp"
#include "tests/catch.hpp"
#include "tests/quantizer/support.hpp"

namespace intformer::test {

using namespace floating;
using namespace quantizer;

namespace {

FloatMatrix randomMatrix(uint32_t rows, uint32_t cols, uint64_t seed) {
  model::Random random(seed);
  FloatMatrix matrix(rows, cols);
  for (float& value : matrix.data) value = static_cast<float>(random.normal());
  return matrix;
}

/// Inputs whose columns lean on each other, as activations do.
FloatMatrix mixed(uint32_t rows, uint32_t cols, uint64_t seed) {
  FloatMatrix matrix = randomMatrix(rows, cols, seed);
  for (uint32_t r = 0; r < rows; ++r)
    for (uint32_t c = 1; c < cols; ++c) matrix.row(r)[c] += 0.8F * matrix.row(r)[c - 1] + 0.5F;
  return matrix;
}

TEST_CASE("max takes the extremes, percentile drops the same share on both sides", "[quantizer]") {
  std::vector<float> values;
  for (int i = 0; i < 1000; ++i) values.push_back(static_cast<float>((i * 617) % 1000));
  const Interval all = findRange(values, 254, {RangeMethod::Max, 0});
  CHECK((all.low == 0 && all.high == 999));
  const Interval inner = findRange(values, 254, {RangeMethod::Percentile, 98});  // 10 off each side
  CHECK((inner.low == 10 && inner.high == 989));
  const Interval most = findRange(values, 254, {RangeMethod::Percentile, 100});
  CHECK((most.low == 0 && most.high == 999));
}

TEST_CASE("the least squared error is near what a fine search finds", "[quantizer]") {
  model::Random random(7);
  std::vector<float> values(2000);
  for (float& value : values) value = static_cast<float>(random.normal());
  values.push_back(12);
  values.push_back(-12);  // symmetric, so that the search towards the middle can be best
  const double codes = 30;
  const Interval found = findRange(values, codes, {RangeMethod::MeanSquare, 0});
  double least = 1e30;
  for (double reach = 0.5; reach <= 12; reach += 0.01) {
    double error = 0;  // written again, in plain double
    const double step = 2 * reach / codes;
    for (const float value : values) {
      const double code = std::clamp(std::round((value + reach) / step), 0.0, codes);
      error += std::pow(code * step - reach - value, 2);
    }
    least = std::min(least, error);
  }
  CHECK(found.high < 12);
  CHECK(rangeError(values, found, codes) < 1.05 * least);
  CHECK(rangeError(values, found, codes) < 0.8 * rangeError(values, {-12, 12}, codes));
}

TEST_CASE("codings hold every range, centred by zero points", "[quantizer]") {
  const std::vector<Interval> ranges = {{-1, 0.5}, {2, 10}, {0, 0}};
  const AffineMap consumer{3, 1, {0.5F, -0.125F, 1}, {0}};
  const std::array consumers = {&consumer};
  const std::vector<double> factors = smoothingFactors(ranges, consumers, 0.75);
  CHECK(factors[1] / factors[0] ==
        Approx(std::pow(8 / 1.5, 0.75) * std::pow(0.5 / 0.125, 0.25)).epsilon(1e-6));
  for (const bool zeroPoints : {true, false}) {
    const Coding coding = codingFor(ranges, factors, zeroPoints);
    CHECK(coding.step[1] / coding.step[0] == Approx(factors[1] / factors[0]));
    double widest = 0;
    for (std::size_t c = 0; c < 3; ++c) {
      CHECK(ranges[c].low / coding.step[c] + coding.zero[c] >= -127.6);
      CHECK(ranges[c].high / coding.step[c] + coding.zero[c] <= 127.6);
      if (!zeroPoints) CHECK(coding.zero[c] == 0);
      widest = std::max(widest, (ranges[c].high - ranges[c].low) / coding.step[c]);
    }
    if (zeroPoints) CHECK(widest == Approx(254));
  }
}

TEST_CASE("the chosen strength has the least error of all that were tried", "[quantizer]") {
  FloatMatrix values = mixed(400, 24, 3);
  for (uint32_t r = 0; r < values.rows; ++r) values.row(r)[5] *= 40;  // an outlier channel
  const FloatMatrix drawn = randomMatrix(24, 16, 4);
  const AffineMap consumer{24, 16, drawn.data, std::vector<float>(16)};
  const std::array consumers = {&consumer};
  const Coding chosen = chooseCoding(values, consumers, {});
  std::vector<double> errors;
  for (int tenth = 0; tenth <= 10; ++tenth) {
    CodingOptions fixed;
    fixed.strength = tenth / 10.0;
    errors.push_back(productError(values, consumers, chooseCoding(values, consumers, fixed)));
  }
  const double error = productError(values, consumers, chosen);
  INFO("chosen " << error << ", least " << std::ranges::min(errors));
  CHECK(error <= 1.2 * std::ranges::min(errors));  // it is chosen on one half by ranges of the other
  CHECK(error < 0.5 * errors.front());
}

TEST_CASE("second-order rounding loses less than rounding to nearest", "[quantizer]") {
  const FloatMatrix inputs = mixed(600, 40, 5);
  const FloatMatrix drawn = randomMatrix(40, 24, 6);
  const Matrix weights = 8 * view(drawn);  // coarse codes
  const Matrix moments = covariance(view(inputs));
  const Matrix second = roundSecondOrder(weights, moments);
  const Matrix nearest = weights.array().round();
  const auto error = [&](const Matrix& rounded) {  // of the products, from their definition
    return spread(view(inputs) * (rounded - weights));
  };
  CHECK((second.array() == second.array().round()).all());
  CHECK((second - weights).cwiseAbs().maxCoeff() > 0.5F);  // some go the other way
  INFO("second order " << error(second) << ", nearest " << error(nearest));
  CHECK(error(second) < 0.7 * error(nearest));

  Matrix large = weights;
  large(0, 0) = 300;
  CHECK(roundSecondOrder(large, moments).cwiseAbs().maxCoeff() <= 127);
  const Matrix independent = Matrix::Identity(40, 40);  // then nothing can be gained
  CHECK(roundSecondOrder(weights, independent) == nearest);
}

TEST_CASE("a linear operator's integers, worked out by hand", "[quantizer]") {
  // 2 inputs, 2 outputs; weights times the inputs' steps are 0.5 -0.25, 0.0625 0.
  const AffineMap source{2, 2, {1, -0.5F, 0.25F, 0}, {10, -2}};
  const Coding coding{{0.5, 0.25}, {3, -7}};
  const FloatMatrix values = randomMatrix(4, 2, 1);
  const std::vector<double> extra = {-2.5, 0};
  const Matrix integers = codes(values, coding);
  Linear op;
  const std::vector<double> step =
      quantizeLinear(source, extra, {coding, integers, values}, {true, false, false}, op);
  CHECK(step[0] == Approx(0.5 / 127));
  CHECK(step[1] == Approx(0.25 / 127));
  CHECK(op.weights == std::vector<int8_t>{127, -127, 16, 0});
  // (10 - 2.5) * 254 - (3 * 127 - 7 * 16) and -2 * 508 + 3 * 127
  CHECK(op.bias == std::vector<int32_t>{1905 - 269, -1016 + 381});
}

TEST_CASE("heads share a step each", "[quantizer]") {
  FloatMatrix values(2, 4);
  values.data = {1, -3, 0.5F, 0, 2, 1, 0, -0.25F};
  const std::vector<Interval> ranges = groupRanges(values, 2, {});
  REQUIRE(ranges.size() == 4);
  for (std::size_t c = 0; c < 4; ++c) {
    CHECK(ranges[c].high == (c < 2 ? 3 : 0.5));
    CHECK(ranges[c].low == -ranges[c].high);
  }
}

TEST_CASE("bias correction takes the mean error away", "[quantizer]") {
  const FloatMatrix values = mixed(300, 16, 8);
  const FloatMatrix drawn = randomMatrix(16, 8, 9);
  const AffineMap source{16, 8, drawn.data, std::vector<float>(8, 0.25F)};
  const std::array consumers = {&source};
  const Coding coding = chooseCoding(values, consumers, {});
  Matrix shifted = codes(values, coding);
  shifted.array() += 1.5F;  // codes that are wrong on average
  const Eigen::RowVectorXf exact = (view(values) * view(source)).colwise().mean();
  for (const bool secondOrder : {false, true})
    for (const bool corrected : {false, true}) {
      Linear op;
      const std::vector<double> step = quantizeLinear(source, {}, {coding, shifted, values},
                                                      {true, secondOrder, corrected}, op);
      double worst = 0;  // mean error in units of the accumulator
      for (uint32_t c = 0; c < 8; ++c) {
        double sum = 0;
        for (uint32_t r = 0; r < values.rows; ++r) {
          double acc = op.bias[c];
          for (uint32_t k = 0; k < 16; ++k)
            acc += (shifted(r, k) + coding.zero[k]) * op.weights[k * 8 + c];
          sum += acc;
        }
        worst = std::max(worst, std::abs(sum / values.rows -
                                         (exact[c] + source.bias[c]) / step[c]));
      }
      INFO("second order " << secondOrder << ", corrected " << corrected);
      if (corrected)
        CHECK(worst < 1);
      else
        CHECK(worst > 20);
    }
}

TEST_CASE("every option gives a working model, and the same one again", "[quantizer]") {
  const FloatModel model = randomBert(1);
  const auto calibration = randomSentences(model, 40, 1);
  const auto others = randomSentences(model, 10, 2);
  std::vector<QuantizeOptions> all(12);
  all[1].activations.ranges.method = all[1].heads.method = RangeMethod::MeanSquare;
  all[2].activations.ranges = all[2].heads = {RangeMethod::Percentile, 99.9};
  all[3].activations.strength = 0.8;
  all[4].activations.zeroPoints = false;
  all[5].weights.perChannel = false;
  all[6].weights.secondOrder = false;
  all[7].weights.biasCorrection = false;
  all[8].perHead = false;
  all[9].wideResidual = false;
  all[10].dither = true;
  all[11].activations.strength = 0;
  std::set<std::string> different;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const QuantizedModel quantized = quantizeModel(model.graph, calibration, all[i]);
    const QuantizedModel again = quantizeModel(model.graph, calibration, all[i]);
    CHECK(runQuantized(quantized, others[0]).data == runQuantized(again, others[0]).data);
    const double cosine = meanCosine(model, quantized, others);
    INFO("options " << i << ": " << cosine);
    CHECK(cosine > 0.97);
    std::string bytes;
    for (const auto& tokens : others)
      for (const float value : runQuantized(quantized, tokens).data)
        bytes += std::to_string(value);
    different.insert(bytes);
  }
  CHECK(different.size() == all.size());  // every option does something
}

}  // namespace
}  // namespace intformer::test
