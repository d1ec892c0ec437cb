// Models whose keys are not those of the sequence's own rows.
#include <algorithm>
#include <map>
#include <tuple>

#include "sw/golden/golden.hpp"
#include "sw/graph/check.hpp"
#include "sw/graph/lengths.hpp"
#include "sw/model/bert.hpp"
#include "sw/reference/report.hpp"
#include "tests/catch.hpp"

using namespace intformer;
using namespace intformer::model;

namespace {

ModelSpec specOf(const std::string& name) {
  return loadModelSpec("configs/models/" + name + ".toml").spec.value();
}

Graph small(const std::string& name) {
  const ModelSpec spec = specOf(name);
  return buildModel(spec, spec.layers, {*spec.seq}, 5);
}

std::map<std::string, TensorInfo> tensorsOf(const Graph& graph) {
  std::map<std::string, TensorInfo> tensors;
  for (const TensorInfo& info : graph.tensors) tensors[info.name] = info;
  return tensors;
}

double ratio(const reference::OperatorError& error) {
  return error.rootMeanSquare / std::max(error.deviation, 1e-9);
}

}  // namespace

TEST_CASE("Linformer's keys are products with constants, and attention sees no others") {
  const Graph graph = small("linformer-tiny");
  auto tensors = tensorsOf(graph);
  for (const std::string whose : {"key", "value"}) {
    const TensorInfo& matrix = tensors.at("layer1.attention.projection." + whose);
    CHECK((matrix.rows == 13 && matrix.cols == 50));
    CHECK(matrix.role == TensorRole::Constant);
    const TensorInfo& projected = tensors.at("layer1.attention.projected." + whose);
    CHECK((projected.rows == 13 && projected.cols == 24 && projected.groupCols == 12));
  }
  for (const Attention* op : operatorsOf<Attention>(graph)) {
    CHECK(op->rows == 50);
    CHECK(op->keys() == 13);
    CHECK(op->weights == kNoTensor);
  }
  ModelSpec spec = specOf("linformer-tiny");
  spec.sharedProjection = true;
  const Graph shared = buildModel(spec, 2, {50}, 5);
  CHECK(shared.constants.size() == 1);
  CHECK(tensorsOf(shared).contains("projection"));
  CHECK(graph.constants.size() == 4);
  for (const Product* op : operatorsOf<Product>(shared))
    CHECK(shared.tensors[op->left].name == "projection");
  CHECK_THROWS_WITH(buildModel(spec, 2, {20, 30}, 5),
                    "linformer-tiny: projected_keys: of one sequence: give one length, not several, "
                    "or leave the key out");
}

TEST_CASE("a Perceiver's layers have the latents' rows, whatever comes in") {
  const Graph graph = small("perceiver-tiny");
  auto tensors = tensorsOf(graph);
  CHECK((tensors.at("input8").rows == 61 && tensors.at("input8").cols == 17));
  CHECK((tensors.at("latents8").rows == 11 && tensors.at("latents16").rows == 11));
  CHECK(tensors.at("latents16").role == TensorRole::Constant);
  CHECK((tensors.at("cross.attention.key").rows == 61));
  CHECK(tensors.at("layer1.output8").role == TensorRole::Output);
  const auto attention = operatorsOf<Attention>(graph);
  REQUIRE(attention.size() == 3);
  CHECK((attention[0]->rows == 11 && attention[0]->keys() == 61));
  CHECK((attention[2]->rows == 11 && attention[2]->keys() == 11));
  CHECK(std::ranges::count(graph.tensors, TensorRole::Input, &TensorInfo::role) == 1);
  const Graph alone = buildModel(specOf("perceiver-tiny"), 0, {61}, 5);
  CHECK(tensorsOf(alone).at("cross.output8").role == TensorRole::Output);
  CHECK_THROWS_WITH(buildModel(specOf("perceiver-tiny"), 1, {4, 4}, 5),
                    "perceiver-tiny: latents: of one sequence: give one length");
  CHECK_THROWS_AS(withLengths(graph, std::vector<uint32_t>{60}), std::invalid_argument);
}

TEST_CASE("memory and its means come before the sequence") {
  const Graph graph = small("compressive-tiny");
  const auto attention = operatorsOf<Attention>(graph);
  REQUIRE(attention.size() == 2);
  const Attention& op = *attention[1];
  REQUIRE(op.segments.size() == 3);
  CHECK(op.position == 24);  // 5 means and 19 rows before
  CHECK((op.segments[0].position == 24 && op.segments[0].rows == 22));
  CHECK(op.segments[0].mask.highMoves);
  CHECK((op.segments[1].position == 0 && op.segments[1].rows == 5));
  CHECK((op.segments[2].position == 5 && op.segments[2].rows == 19));
  for (const std::size_t before : {1U, 2U}) CHECK_FALSE(op.segments[before].mask.highMoves);
  CHECK(graph.tensors[op.segments[2].key].role == TensorRole::Input);
  // Row r of the constant takes the mean of rows 3r to 3r + 2.
  const Product& means = *operatorsOf<Product>(graph)[0];
  const Tensor& matrix = graph.constants.at(means.left);
  for (uint32_t r = 0; r < 5; ++r)
    for (uint32_t c = 0; c < 15; ++c) CHECK(matrix.at(r, c) == (c / 3 == r ? 127 : 0));
}

TEST_CASE("graphs without their integers have the operators of those with them") {
  for (const std::string name : {"linformer-tiny", "perceiver-tiny", "compressive-tiny"}) {
    INFO(name);
    const ModelSpec spec = specOf(name);
    const Graph whole = small(name);
    const Graph left = buildModel(spec, spec.layers, {*spec.seq}, 5, EncoderInput::Activations,
                                  Integers::Left);
    checkGraph(whole);
    checkGraph(left, false);
    CHECK(left.constants.empty());
    REQUIRE(left.operators.size() == whole.operators.size());
    for (std::size_t i = 0; i < whole.operators.size(); ++i) {
      CHECK(operatorName(left.operators[i]) == operatorName(whole.operators[i]));
      CHECK(operatorShape(left, left.operators[i]) == operatorShape(whole, whole.operators[i]));
    }
    CHECK(tensorsOf(left).size() == tensorsOf(whole).size());
  }
}

TEST_CASE("what comes in on a memory's inputs is what the scales were found with") {
  const Graph graph = small("compressive-tiny");
  const TensorValues values = golden::runGolden(graph, seededInputs(graph, 5), Family::Pwl);
  for (const Product* op : operatorsOf<Product>(graph)) {
    int peak = 0;
    for (const int16_t value : values[op->output].data) peak = std::max<int>(peak, std::abs(value));
    CHECK(peak == 127);
  }
}

TEST_CASE("low-rank models in integers are close to themselves in float64") {
  const auto [name, width, seq, bound] = GENERATE(
      std::tuple{"linformer-tiny", 24U, 50U, 0.03}, std::tuple{"linformer-tiny", 128U, 150U, 0.03},
      std::tuple{"perceiver-tiny", 24U, 61U, 0.03}, std::tuple{"perceiver-tiny", 128U, 150U, 0.03},
      std::tuple{"compressive-tiny", 24U, 22U, 0.05});
  ModelSpec spec = specOf(name);
  spec.width = width;
  const Graph graph = buildModel(spec, spec.layers, {seq}, 5);
  const TensorValues values = golden::runGolden(graph, seededInputs(graph, 5), Family::Pwl);
  // The same algorithm from the same inputs, with nothing rounded from the first operator on.
  const auto whole = reference::wholeErrors(graph, values);
  INFO(name << ", width " << width << "\n" << reference::formatErrors(whole));
  uint32_t outputs = 0;
  for (const reference::OperatorError& error : whole) {
    const TensorInfo info = tensorsOf(graph).at(error.tensor);
    if (info.role != TensorRole::Output) continue;
    // Outlier channels leave an int8 result a deviation of 13 LSB, and its own rounding is 0.29 LSB.
    CHECK(ratio(error) < (info.type == ElementType::Int16 ? bound : bound + 0.01));
    ++outputs;
  }
  CHECK(outputs == 2);
  for (const reference::OperatorError& error : reference::operatorErrors(graph, values)) {
    INFO(error.tensor);
    CHECK(ratio(error) < 0.03);
  }
}
