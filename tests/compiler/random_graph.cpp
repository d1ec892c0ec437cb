#include "tests/compiler/random_graph.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace intformer::test {

using model::Random;

namespace {

class Builder {
 public:
  Builder(Graph& graph, Random& random) : graph_(graph), random_(random) {}

  TensorId tensor(const std::string& name, ElementType type, uint32_t rows, uint32_t cols,
                  TensorRole role = TensorRole::Intermediate, uint32_t groupCols = 0) {
    return graph_.addTensor({name, type, rows, cols, role, groupCols});
  }

  /// A scale that brings values of this size to about `target`, spread over channels.
  Scale scale(double size, double target) {
    const double wanted = target / size * (0.5 + random_.uniform());
    int exponent = 0;
    const double mantissa = std::frexp(wanted, &exponent);
    Scale result;
    result.multiplier = static_cast<uint16_t>(mantissa * 65535);
    result.shift = static_cast<uint8_t>(std::clamp(16 - exponent, 1, 47));
    return result;
  }
  std::vector<Scale> scales(uint32_t count, double size, double target) {
    std::vector<Scale> result(count);
    for (Scale& s : result) s = scale(size, target);
    return result;
  }
  std::vector<int8_t> bytes(std::size_t count, int32_t low, int32_t high) {
    std::vector<int8_t> result(count);
    for (int8_t& value : result)
      value = static_cast<int8_t>(low + static_cast<int32_t>(
                                            random_.below(static_cast<uint32_t>(high - low + 1))));
    return result;
  }

  Linear& linear(const std::string& name, TensorId input, TensorId output) {
    Linear op;
    op.name = name;
    op.input = input;
    op.output = output;
    op.depth = graph_.tensors[input].cols;
    op.cols = graph_.tensors[output].cols;
    op.weights = bytes(std::size_t{op.depth} * op.cols, -127, 127);
    op.bias.resize(op.cols);
    for (int32_t& value : op.bias) value = static_cast<int32_t>(random_.below(200001)) - 100000;
    graph_.operators.emplace_back(std::move(op));
    return std::get<Linear>(graph_.operators.back());
  }
  static double sumSize(const Linear& op) { return 4000.0 * std::sqrt(op.depth) + 50000.0; }

  TensorId requantized(const std::string& name, TensorId input, uint32_t cols, uint32_t groupCols) {
    const TensorId out = tensor(name, ElementType::Int8, graph_.tensors[input].rows, cols,
                                TensorRole::Intermediate, groupCols);
    Linear& op = linear(name, input, out);
    op.epilogue = RequantizeEpilogue{scales(cols, sumSize(op), 50), bytes(cols, -20, 20)};
    return out;
  }
  TensorId activated(const std::string& name, TensorId input, uint32_t cols) {
    const TensorId out = tensor(name, ElementType::Int8, graph_.tensors[input].rows, cols);
    Linear& op = linear(name, input, out);
    op.epilogue = ActivationEpilogue{static_cast<ActivationKind>(random_.below(kActivationNames.size())), scales(cols, sumSize(op), 1500),
                                     scales(cols, 20000, 60), bytes(cols, -40, 0)};
    return out;
  }
  TensorId residual(const std::string& name, TensorId input, TensorId identity, TensorRole role) {
    const TensorInfo like = graph_.tensors[identity];
    const TensorId out = tensor(name, ElementType::Int16, like.rows, like.cols, role);
    Linear& op = linear(name, input, out);
    const bool wide = like.type == ElementType::Int16;
    op.epilogue = ResidualEpilogue{identity, scales(like.cols, sumSize(op), 8000),
                                   scales(like.cols, wide ? 10000 : 60, 8000)};
    return out;
  }
  LayerNorm& norm(const std::string& name, TensorId input) {
    LayerNorm op;
    op.name = name;
    op.input = input;
    op.epsilon = 64 + random_.below(1U << 20);
    op.shift = static_cast<uint8_t>(14 + random_.below(3));
    for (uint32_t c = 0; c < graph_.tensors[input].cols; ++c) {
      op.gain.push_back(static_cast<int16_t>(random_.below(65536)));
      op.offset.push_back(static_cast<int32_t>(random_.below(1U << 24)) - (1 << 23));
    }
    graph_.operators.emplace_back(std::move(op));
    return std::get<LayerNorm>(graph_.operators.back());
  }
  void attention(const std::string& name, const GraphShape& shape, uint32_t firstRow, uint32_t rows,
                 const std::array<TensorId, 4>& tensors) {
    Attention op;
    op.name = name;
    op.query = tensors[0];
    op.output = tensors[3];
    op.weights = tensor(name + ".weights", ElementType::Uint8, shape.heads * rows, rows);
    op.firstRow = firstRow;
    op.rows = rows;
    op.heads = op.keyHeads = shape.heads;
    op.headWidth = shape.headWidth;
    op.logit = scales(shape.heads, 2500 * std::sqrt(shape.headWidth), 800);
    op.result = scales(shape.heads, 50, 40);
    op.segments = {ownKeys(op, tensors[1], tensors[2], shape.mask)};
    op.dither = shape.dither;
    graph_.operators.emplace_back(std::move(op));
  }

 private:
  Graph& graph_;
  Random& random_;
};

}  // namespace

Graph randomGraph(const GraphShape& shape, Random& random) {
  Graph graph;
  graph.name = "random";
  Builder build(graph, random);
  const uint32_t columns = shape.heads * shape.headWidth;  // of query, key, value
  const uint32_t width = shape.width != 0 ? shape.width : columns;
  const TensorId input16 =
      build.tensor("input16", ElementType::Int16, shape.rows, width, TensorRole::Input);
  TensorId input8 = kNoTensor;
  if (shape.startsWithNorm) {
    input8 = build.tensor("first8", ElementType::Int8, shape.rows, width);
    build.norm("first", input16).output8 = input8;
  } else {
    input8 = build.tensor("input8", ElementType::Int8, shape.rows, width, TensorRole::Input);
  }
  std::array<TensorId, 4> heads{};
  const char* const names[] = {"query", "key", "value"};
  for (uint32_t i = 0; i < 3; ++i)
    heads[i] = build.requantized(names[i], input8, columns, shape.headWidth);
  heads[3] = build.tensor("context", ElementType::Int8, shape.rows, columns,
                          TensorRole::Intermediate, shape.headWidth);
  for (uint32_t s = 0; s < shape.sequences; ++s) {
    const uint32_t first = shape.rows * s / shape.sequences;
    const uint32_t end = shape.rows * (s + 1) / shape.sequences;
    build.attention("attention" + std::to_string(s), shape, first, end - first, heads);
  }
  if (!shape.norm) {
    const TensorId mixed = build.requantized("mixed", heads[3], width, 0);
    const TensorId hidden = build.activated("hidden", mixed, shape.ffn);
    graph.tensors[build.requantized("output8", hidden, width, 0)].role = TensorRole::Output;
    return graph;
  }
  const TensorId sum1 = build.residual("sum1", heads[3], shape.narrowIdentity ? input8 : input16,
                                       TensorRole::Intermediate);
  const TensorId norm8 = build.tensor("norm8", ElementType::Int8, shape.rows, width);
  const TensorId norm16 = build.tensor("norm16", ElementType::Int16, shape.rows, width);
  LayerNorm& norm = build.norm("norm", sum1);
  norm.output8 = norm8;
  norm.output16 = norm16;
  const TensorId hidden = build.activated("hidden", norm8, shape.ffn);
  const TensorId sum2 = build.residual("sum2", hidden, norm16, TensorRole::Intermediate);
  const TensorId output =
      build.tensor("output", ElementType::Int16, shape.rows, width, TensorRole::Output);
  build.norm("last", sum2).output16 = output;
  return graph;
}

GraphShape randomShape(Random& random) {
  GraphShape shape;
  shape.rows = 1 + random.below(random.below(4) == 0 ? 150 : 40);
  shape.heads = 1 + random.below(4);
  shape.headWidth = 1 + random.below(random.below(3) == 0 ? 40 : 20);
  shape.ffn = 1 + random.below(160);
  if (shape.rows >= 3 && random.below(3) == 0) shape.sequences = 2 + random.below(2);
  if (random.below(3) == 0) shape.width = 1 + random.below(90);
  shape.norm = random.below(4) != 0;
  shape.startsWithNorm = random.below(2) == 0;
  shape.narrowIdentity = random.below(3) == 0;
  shape.dither = random.below(2) == 0;
  const auto rows = static_cast<int32_t>(shape.rows);
  const auto some = [&] { return static_cast<int32_t>(random.below(shape.rows + 3)); };
  switch (random.below(5)) {
    case 0: shape.mask = {0, some(), false, false}; break;           // padding, perhaps all
    case 1: shape.mask = {0, 1, false, true}; break;                 // causal
    case 2: shape.mask = {-some(), 1 + some(), true, true}; break;   // sliding window
    case 3: shape.mask = {some() - 1, some(), random.below(2) == 0, random.below(2) == 0}; break;
    default: shape.mask = {0, rows, false, false}; break;
  }
  return shape;
}

TensorValues randomInputs(const Graph& graph, Random& random) {
  TensorValues values(graph.tensors.size());
  for (std::size_t id = 0; id < graph.tensors.size(); ++id) {
    const TensorInfo& info = graph.tensors[id];
    if (info.role != TensorRole::Input) continue;
    values[id] = Tensor(info.type, info.rows, info.cols);
    const double deviation = info.type == ElementType::Int16 ? 8000 : 45;
    const double limit = info.type == ElementType::Int16 ? 32767 : 127;
    for (int16_t& value : values[id].data)
      value = static_cast<int16_t>(std::clamp(deviation * random.normal(), -limit, limit));
  }
  return values;
}

Plan randomPlan(Random& random) {
  Plan plan;
  plan.name = "random";
  plan.dim = 4U << random.below(4);
  plan.lanes = 1U << random.below(3);
  plan.family = random.below(2) == 0 ? Family::Pwl : Family::Ibert;
  plan.scratchWords = 512U << random.below(6);
  plan.scratchBanks = 4;
  plan.accRows = plan.dim * (8U << random.below(5));
  plan.accBanks = 2;
  plan.statRows = 32U << random.below(4);
  plan.busBytes = 4U << random.below(4);
  plan.addressBits = 40;
  plan.maxBurstBeats = 16;
  plan.outstandingReads = plan.outstandingWrites = 4;
  plan.queueDepth = 1U << random.below(4);
  plan.fetchDepth = 8;
  plan.windowCount = 4;
  return plan;
}

compiler::CompileOptions randomOptions(const GraphShape& shape, Random& random) {
  compiler::CompileOptions options;
  if (random.below(3) == 0) options.rowBlock = 1 + random.below(shape.rows);
  if (random.below(3) == 0) options.attentionRows = 1 + random.below(shape.rows);
  if (random.below(4) == 0) options.keyChunk = 1 + random.below(shape.rows);
  if (random.below(4) == 0) options.columnTiles = 1 + random.below(4);
  if (random.below(4) == 0) options.depthPanels = 1 + random.below(4);
  options.storeAttentionWeights = random.below(4) != 0;
  if (random.below(5) == 0) options.logits = compiler::Logits::Scratchpad;
  if (random.below(6) == 0) options.fusion = static_cast<compiler::Fusion>(random.below(2));
  return options;
}

}  // namespace intformer::test
