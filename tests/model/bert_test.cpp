#include <cmath>
#include <map>
#include <set>

#include "sw/golden/golden.hpp"
#include "sw/model/bert.hpp"
#include "tests/catch.hpp"

using namespace intformer;
using namespace intformer::model;
using intformer::golden::runGolden;

TEST_CASE("models of one column take every seed") {
  ModelSpec spec;
  spec.width = spec.heads = 1;
  spec.ffn = 4;
  spec.layers = 6;
  for (uint64_t seed = 1; seed <= 20; ++seed) CHECK_NOTHROW(buildBertEncoder(spec, 6, 3, seed));
}

namespace {

ModelSpec load(const std::string& name) {
  return *loadModelSpec("configs/models/" + name + ".toml").spec;
}

std::map<std::string, TensorId> byName(const Graph& graph) {
  std::map<std::string, TensorId> names;
  for (TensorId id = 0; id < graph.tensors.size(); ++id) names[graph.tensors[id].name] = id;
  REQUIRE(names.size() == graph.tensors.size());
  return names;
}

double saturatedShare(const Tensor& tensor) {
  const int limit = tensor.type == ElementType::Int16 ? 32767 : 127;
  double count = 0;
  for (const int v : tensor.data) count += v >= limit || v <= -limit - 1;
  return count / static_cast<double>(tensor.data.size());
}

double deviation(const Tensor& tensor) {
  double sum = 0, squares = 0;
  for (const double v : tensor.data) {
    sum += v;
    squares += v * v;
  }
  const auto n = static_cast<double>(tensor.data.size());
  return std::sqrt(squares / n - sum / n * (sum / n));
}

}  // namespace

TEST_CASE("an encoder has its tensors, roles and head groups under the documented names") {
  const Graph graph = buildBertEncoder(load("odd"), 2, 5, 1);
  const auto names = byName(graph);
  CHECK(graph.operators.size() == 2 * 9);
  std::set<std::string> expected = {"input8", "input16"};
  for (const std::string layer : {"layer0.", "layer1."})
    for (const std::string tensor :
         {"attention.query", "attention.key", "attention.value", "attention.weights",
          "attention.context", "attention.residual", "attention.norm8", "attention.norm16",
          "ffn.hidden", "ffn.residual", "output8", "output16"})
      expected.insert(layer + tensor);
  for (const auto& [name, id] : names) CHECK(expected.count(name) == 1);
  CHECK(names.size() == expected.size());
  for (const TensorInfo& info : graph.tensors) {
    INFO(info.name);
    const bool input = info.name.starts_with("input");
    const bool output = info.name.starts_with("layer1.output");
    CHECK(info.role == (input    ? TensorRole::Input
                        : output ? TensorRole::Output
                                 : TensorRole::Intermediate));
  }
  for (const std::string head : {"query", "key", "value", "context"})
    CHECK(graph.tensors[names.at("layer0.attention." + head)].groupCols == 12);
  CHECK(graph.tensors[names.at("layer0.attention.weights")].rows == 3 * 5);
  const auto& residual = std::get<Linear>(graph.operators[13]);
  CHECK(residual.name == "layer1.attention.residual");
  CHECK(std::get<ResidualEpilogue>(residual.epilogue).identity == names.at("layer0.output16"));
}

TEST_CASE("the same seed gives the same graph and inputs, another seed others") {
  const auto weights = [](uint64_t seed) {
    const Graph graph = buildBertEncoder(load("tiny"), 1, 7, seed);
    return std::pair(std::get<Linear>(graph.operators[0]).weights, seededInputs(graph, seed));
  };
  CHECK(weights(1) == weights(1));
  CHECK(weights(1).first != weights(2).first);
  CHECK(weights(1).second != weights(2).second);
}

TEST_CASE("the two widths of the input are the same activations") {
  const Graph graph = buildBertEncoder(load("tiny"), 1, 7, 1);
  const TensorValues inputs = seededInputs(graph, 9);
  const auto names = byName(graph);
  const Tensor& narrow = inputs[names.at("input8")];
  const Tensor& wide = inputs[names.at("input16")];
  for (std::size_t i = 0; i < wide.data.size(); ++i)
    REQUIRE(narrow.data[i] ==
            std::clamp<double>(std::floor(wide.data[i] / 256.0 + 0.5), -128, 127));
}

TEST_CASE("calibrated tensors use their range and hardly saturate") {
  const ModelSpec spec = load("minilm-shape");
  const Graph graph = buildBertEncoder(spec, 2, 64, 4);
  for (const uint64_t seed : {4, 5}) {  // the calibration's inputs and others
    const TensorValues values = runGolden(graph, seededInputs(graph, seed), Family::Pwl);
    for (TensorId id = 0; id < graph.tensors.size(); ++id) {
      const TensorInfo& info = graph.tensors[id];
      INFO(info.name << " seed " << seed);
      REQUIRE(!values[id].data.empty());
      if (info.type == ElementType::Uint8) continue;
      if (info.name.ends_with("hidden")) {  // GELU's lower bound is the lowest code by design
        CHECK(deviation(values[id]) > 10);
        continue;
      }
      CHECK(saturatedShare(values[id]) < 0.005);
      CHECK(deviation(values[id]) > (info.type == ElementType::Int8 ? 5 : 400));
    }
  }
}

TEST_CASE("hidden activations have nonzero zero points, absorbed by the next bias") {
  const Graph graph = buildBertEncoder(load("tiny"), 1, 16, 1);
  const auto& hidden = std::get<Linear>(graph.operators[6]);
  const auto& next = std::get<Linear>(graph.operators[7]);
  CHECK(hidden.name == "layer0.ffn.hidden");
  CHECK(next.name == "layer0.ffn.residual");
  const auto& zero = std::get<ActivationEpilogue>(hidden.epilogue).zero;
  int64_t absorbed = 0, size = 0;
  for (uint32_t c = 0; c < next.cols; ++c) {
    int64_t correction = 0;
    for (uint32_t k = 0; k < next.depth; ++k)
      correction -= int64_t{zero[k]} * next.weights[std::size_t{k} * next.cols + c];
    absorbed += std::abs(next.bias[c] - correction);  // what is left is the model's own bias
    size += std::abs(correction);
  }
  for (const int8_t z : zero) CHECK(z < 0);
  CHECK(absorbed * 3 < size);
}

TEST_CASE("padding columns get no attention weight") {
  const ModelSpec spec = load("padded");
  const Graph graph = buildBertEncoder(spec, 1, 20, 1);
  const TensorValues values = runGolden(graph, seededInputs(graph, 1), Family::Ibert);
  const Tensor& weights = values[byName(graph).at("layer0.attention.weights")];
  for (uint32_t r = 0; r < weights.rows; ++r) {
    int valid = 0;
    for (uint32_t j = 0; j < 20; ++j)
      if (j < 11) valid += weights.at(r, j);
      else REQUIRE(weights.at(r, j) == 0);
    REQUIRE(valid >= 255);
  }
}

TEST_CASE("any sequence length and valid length builds and runs") {
  for (const uint32_t seq : {1U, 2U, 5U, 16U, 77U})
    for (const uint32_t valid : {0U, 1U, 500U}) {
      ModelSpec spec = load("odd");
      spec.validTokens = valid;
      const Graph graph = buildBertEncoder(spec, 2, seq, seq);
      INFO("seq " << seq << " valid " << valid);
      const TensorValues values = runGolden(graph, seededInputs(graph, seq), Family::Pwl);
      CHECK(values.back().rows == seq);
    }
}

TEST_CASE("an encoder without LayerNorm passes int8 from operator to operator") {
  ModelSpec spec = load("ita-128");
  spec.layers = 2;
  const Graph graph = buildModel(spec, 2, {9, 4}, 1);
  const auto names = byName(graph);
  CHECK(names.count("input16") == 0);
  for (const TensorInfo& info : graph.tensors) {
    INFO(info.name);
    CHECK(info.type != ElementType::Int16);
    CHECK((info.role == TensorRole::Output) == (info.name == "layer1.output8"));
  }
  CHECK(graph.tensors[names.at("layer0.attention.query")].cols == 256);
  CHECK(graph.tensors[names.at("layer0.attention.output8")].cols == 192);
  uint64_t total = 0;
  for (const Operator& op : graph.operators) total += macs(graph, op);
  CHECK(total == 2 * (13 * (4 * 192 * 256 + 2 * 192 * 256) + 2 * (9 * 9 + 4 * 4) * 256));
  const TensorValues values = runGolden(graph, seededInputs(graph, 1), Family::Pwl);
  for (TensorId id = 0; id < values.size(); ++id)
    if (const TensorInfo& info = graph.tensors[id];
        info.type == ElementType::Int8 && !info.name.ends_with("hidden")) {  // ends at its zero
      INFO(info.name);
      CHECK(saturatedShare(values[id]) < 0.02);
      CHECK(deviation(values[id]) > 8);
    }
  spec.vocabulary = 10;
  spec.positions = 10;
  CHECK_THROWS_AS(buildModel(spec, 1, {4}, 1, EncoderInput::Tokens), std::invalid_argument);
}

TEST_CASE("parts of networks go from their inputs to one output") {
  const Graph matmul = buildModel(load("matmul-128x256x256"), 1, {5, 2}, 1);
  REQUIRE(matmul.operators.size() == 1);
  CHECK(macs(matmul, matmul.operators[0]) == 7 * 256 * 256);
  const Graph core = buildModel(load("attention-core"), 1, {5, 2}, 1);
  REQUIRE(core.operators.size() == 2);
  CHECK(macs(core, core.operators[0]) + macs(core, core.operators[1]) == 2 * (25 + 4) * 768);
  CHECK(core.tensors[byName(core).at("context")].role == TensorRole::Output);
  CHECK_THROWS_AS(buildModel(load("attention-core"), 2, {5}, 1), std::invalid_argument);
}
