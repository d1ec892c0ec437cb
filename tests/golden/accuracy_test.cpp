#include <cmath>
#include <numbers>
#include <random>

#include "sw/model/bert.hpp"
#include "sw/numerics/numerics.hpp"
#include "sw/reference/functions.hpp"
#include "sw/reference/report.hpp"
#include "tests/catch.hpp"
#include "tests/golden/graphs.hpp"
#include "tests/root_mean_square.hpp"

using namespace intformer;
using namespace intformer::test;

namespace {

/// rms error of one attention head over the deviation of its float result, on `keys` keys whose
/// logits are normal numbers of deviation `sigma` (nats).
double attentionError(uint32_t keys, double sigma, Family family, bool dither) {
  constexpr uint32_t kWidth = 64;
  std::mt19937_64 random(keys);
  std::normal_distribution normal;
  const auto draw = [&] {
    std::vector<int16_t> data(std::size_t{keys} * kWidth);
    for (auto& v : data) v = saturate8(std::lround(normal(random) * 30));
    return matrix(ElementType::Int8, keys, kWidth, std::move(data));
  };
  Graph graph;
  TensorValues inputs;
  Attention op;
  op.name = "head";
  op.query = addInput(graph, inputs, "q", draw());
  const TensorId key = addInput(graph, inputs, "k", draw());
  const TensorId value = addInput(graph, inputs, "v", draw());
  op.weights = addOutput(graph, "weights", ElementType::Uint8, keys, keys);
  op.output = addOutput(graph, "out", ElementType::Int8, keys, kWidth);
  op.rows = keys;
  op.heads = op.keyHeads = 1;
  op.headWidth = kWidth;
  op.segments = {ownKeys(op, key, value, {.high = static_cast<int32_t>(keys)})};
  op.dither = dither;
  // a product of two 30-wide numbers summed 64 times has deviation 900 * 8
  op.logit = {scaleFromReal(sigma / 7200 * std::numbers::log2e * 256, "t")};
  // the mean of many values is narrow, 30 * exp(sigma^2 / 2) / sqrt(keys): scale it to the range
  op.result = {scaleFromReal(0.9 * std::sqrt(keys) * std::exp(-sigma * sigma / 2), "t")};
  graph.operators = {op};
  const reference::OperatorError error =
      reference::operatorErrors(graph, golden::runGolden(graph, inputs, family)).at(0);
  return error.rootMeanSquare / error.deviation;
}

}  // namespace

TEST_CASE("the float functions agree with known values") {
  CHECK(reference::gelu(0) == 0);
  CHECK(reference::gelu(1) == Approx(0.8413447460685429));
  CHECK(reference::gelu(-2) == Approx(-0.04550026389635842));
  CHECK(reference::ibertExp(0) == Approx(1).margin(3e-4));
  CHECK(reference::ibertGelu(5) == 5);
  const std::vector<double> row = {1, 2, 3, 4}, ones(4, 1), zeros(4, 0);
  const auto normed = reference::layerNorm(row, ones, zeros, 0);
  CHECK(normed[0] == Approx(-1.3416407864998738));
  CHECK(normed[3] == Approx(1.3416407864998738));
  CHECK(reference::rmsNorm(row, ones, 0)[3] == Approx(4 / std::sqrt(7.5)));
  const std::vector<double> in = {1, 2, 3, 4}, weights = {1, 0, 0, 2}, bias = {10, 20};
  CHECK(reference::linear(in, weights, bias, 2, 2, 2) == std::vector<double>{11, 24, 13, 28});
  const std::vector<double> logits = {0, std::log(3.0)}, value = {1, 5};
  CHECK(reference::attention(logits, value, 1).at(0) == Approx(4));
  CHECK(reference::attention({}, {}, 1).at(0) == 0);
}

TEST_CASE("attention over 128 keys of deviation 1 errs by at most 0.02 of its result's deviation") {
  for (const Family family : {Family::Ibert, Family::Pwl}) {
    const double error = attentionError(128, 1, family, false);
    CAPTURE(error);
    CHECK(error > 0.005);
    CHECK(error <= 0.02);
  }
}

TEST_CASE("dither helps long peaky rows and nearest short ones") {
  CHECK(attentionError(1024, 3, Family::Pwl, true) < attentionError(1024, 3, Family::Pwl, false));
  CHECK(attentionError(64, 1, Family::Pwl, false) < attentionError(64, 1, Family::Pwl, true));
}

TEST_CASE("activations from tables keep the bound of GELU") {
  model::ModelSpec spec{"accuracy", 384, 12, 1536, 1, 1e-12, std::nullopt, false};
  spec.activation = static_cast<ActivationKind>(GENERATE(range(1, 6)));
  const Graph graph = model::buildBertEncoder(spec, 1, 64, 3);
  const auto errors = reference::operatorErrors(
      graph, golden::runGolden(graph, model::seededInputs(graph, 3), Family::Pwl));
  const auto hidden = std::ranges::find_if(
      errors, [](const auto& error) { return error.tensor.ends_with("hidden"); });
  REQUIRE(hidden != errors.end());
  CAPTURE(std::string(activationName(spec.activation)), reference::formatErrors(errors));
  CHECK(hidden->rootMeanSquare / hidden->deviation <= 0.015);
}

TEST_CASE("every operator of an encoder layer keeps its error bound") {
  const model::ModelSpec spec{"accuracy", 384, 12, 1536, 1, 1e-12, std::nullopt, false};
  const uint64_t seed = 3;
  Graph graph = model::buildBertEncoder(spec, 1, 128, seed);
  const bool rootMeanSquare = GENERATE(false, true);
  if (rootMeanSquare) useRootMeanSquare(graph);
  const Family family = GENERATE(Family::Ibert, Family::Pwl);
  const auto errors = reference::operatorErrors(
      graph, golden::runGolden(graph, model::seededInputs(graph, seed), family));
  CAPTURE(rootMeanSquare, reference::formatErrors(errors));
  CHECK(errors.size() == 11);
  for (const reference::OperatorError& error : errors) {
    INFO(error.tensor);
    const double relative = error.rootMeanSquare / error.deviation;
    if (error.tensor.ends_with("8")) CHECK(error.largest <= 0.556);
    if (error.tensor.ends_with("16")) CHECK(error.largest <= 0.056 * 256);
    if (error.tensor.ends_with("residual")) CHECK(error.largest <= 1);
    if (error.tensor.ends_with("query") || error.tensor.ends_with("key") ||
        error.tensor.ends_with("value"))
      CHECK(error.largest <= 0.5001);
    if (error.tensor.ends_with("hidden")) CHECK(relative <= (family == Family::Pwl ? 0.015 : 0.04));
    if (error.tensor.ends_with("context")) CHECK(relative <= 0.025);
  }
}
