#include "tests/graph/random_product.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "sw/numerics/scale.hpp"

namespace intformer::test {
namespace {

using model::Random;

/// A number of [low, high].
uint32_t between(Random& random, uint32_t low, uint32_t high) {
  return low + random.below(high - low + 1);
}

class ProductBuilder {
 public:
  ProductBuilder(uint32_t most, Random& random) : most_(most), random_(random) {
    graph_.name = "products";
  }

  Graph build() {
    TensorId last = kNoTensor;  // int8, and not in groups
    for (uint32_t left = between(random_, 1, 4); left > 0; --left) last = product(last);
    switch (random_.below(3)) {
      case 0: attend(); break;
      case 1:
        if (last != kNoTensor) mix(last);
        break;
      default: break;
    }
    return std::move(graph_);
  }

 private:
  /// Given from outside, or a constant.
  TensorId given(uint32_t rows, uint32_t cols, uint32_t groupCols = 0) {
    const std::string name = "given" + std::to_string(graph_.tensors.size());
    if (random_.below(2) == 0)
      return graph_.addTensor({name, ElementType::Int8, rows, cols, TensorRole::Input, groupCols});
    Tensor values(ElementType::Int8, rows, cols);
    for (int16_t& value : values.data)
      value = static_cast<int16_t>(static_cast<int32_t>(random_.below(256)) - 128);
    return graph_.addConstant(name, std::move(values), groupCols);
  }
  [[nodiscard]] std::vector<Scale> scales(uint32_t count, double size) {
    std::vector<Scale> result;
    for (uint32_t i = 0; i < count; ++i)
      result.push_back(scaleFromReal(50 / size * (0.3 + random_.uniform()), "products"));
    return result;
  }

  /// Its result where a later one may take it; else what came in.
  TensorId product(TensorId earlier) {
    Product op;
    op.name = "product" + std::to_string(graph_.operators.size());
    op.rightTransposed = random_.below(2) == 0;
    const uint32_t groups = random_.below(3) == 0 ? between(random_, 2, 4) : 1;
    const uint32_t width = between(random_, 1, std::max(1U, most_ / groups));  // of a group
    const uint32_t groupCols = groups > 1 ? width : 0;
    const bool chained = earlier != kNoTensor && random_.below(3) != 0;
    const uint32_t rows = between(random_, 1, most_);
    const uint32_t other = between(random_, 1, most_);
    if (op.rightTransposed) {
      const TensorId one = chained ? earlier : given(rows, groups * width, groupCols);
      const TensorInfo info = graph_.tensors[one];
      const TensorId two = random_.below(5) == 0 ? one : given(other, info.cols, info.groupCols);
      const bool swap = random_.below(2) == 0;
      op.left = swap ? two : one;
      op.right = swap ? one : two;
      return finish(std::move(op), graph_.tensors[op.left].rows, graph_.tensors[op.right].rows, 0);
    }
    if (chained && random_.below(2) == 0) {  // as the right one
      op.right = earlier;
      op.left = given(rows, graph_.tensors[earlier].rows);
    } else {
      op.left = chained ? earlier : given(rows, other);
      op.right = given(graph_.tensors[op.left].cols, groups * width, groupCols);
    }
    const TensorInfo right = graph_.tensors[op.right];
    return finish(std::move(op), graph_.tensors[op.left].rows, right.cols, right.groupCols);
  }

  TensorId finish(Product op, uint32_t rows, uint32_t cols, uint32_t groupCols) {
    const bool wide = random_.below(4) == 0;
    op.epilogue.scale = scales(cols, 4000 * std::sqrt(graph_.tensors[op.left].cols) / (wide ? 100 : 1));
    for (uint32_t c = 0; c < cols; ++c)
      op.epilogue.zero.push_back(static_cast<int8_t>(static_cast<int32_t>(random_.below(40)) - 20));
    op.output = graph_.addTensor({op.name, wide ? ElementType::Int16 : ElementType::Int8, rows, cols,
                                  TensorRole::Output, groupCols});
    const TensorId id = op.output;
    graph_.operators.emplace_back(std::move(op));
    return wide || groupCols != 0 ? kNoTensor : id;
  }

  /// Over keys and values that a product gives, as Linformer's are.
  void attend() {
    const uint32_t heads = between(random_, 1, 3), width = between(random_, 1, 16);
    const uint32_t tokens = between(random_, 1, most_), keys = between(random_, 1, most_);
    Attention op;
    op.name = "attention";
    op.query = given(tokens, heads * width, width);
    op.rows = tokens;
    op.heads = op.keyHeads = heads;
    op.headWidth = width;
    KeySegment segment{.rows = keys, .mask = {.high = static_cast<int32_t>(keys)}};
    for (TensorId* const id : {&segment.key, &segment.value}) {
      Product shorter;
      shorter.name = "shorter" + std::to_string(graph_.operators.size());
      shorter.left = given(keys, tokens);
      shorter.right = given(tokens, heads * width, width);
      shorter.epilogue = {scales(heads * width, 4000 * std::sqrt(tokens)),
                          std::vector<int8_t>(heads * width)};
      *id = shorter.output = graph_.addTensor({shorter.name, ElementType::Int8, keys, heads * width,
                                               TensorRole::Intermediate, width});
      graph_.operators.emplace_back(std::move(shorter));
    }
    op.segments = {segment};
    op.logit.assign(heads, scaleFromReal(0.3 / std::sqrt(width), op.name));
    op.result.assign(heads, scaleFromReal(1, op.name));
    op.output = graph_.addTensor(
        {op.name, ElementType::Int8, tokens, heads * width, TensorRole::Output, width});
    graph_.operators.emplace_back(std::move(op));
  }

  void mix(TensorId input) {
    Linear op;
    op.name = "mixed";
    op.input = input;
    op.depth = graph_.tensors[input].cols;
    op.cols = between(random_, 1, 30);
    op.output = graph_.addTensor({op.name, ElementType::Int8, graph_.tensors[input].rows, op.cols,
                                  TensorRole::Output, 0});
    op.weights.resize(std::size_t{op.depth} * op.cols);
    for (int8_t& weight : op.weights)
      weight = static_cast<int8_t>(static_cast<int32_t>(random_.below(255)) - 127);
    op.bias.assign(op.cols, 5);
    op.epilogue = RequantizeEpilogue{scales(op.cols, 4000 * std::sqrt(op.depth)),
                                     std::vector<int8_t>(op.cols, 3)};
    graph_.operators.emplace_back(std::move(op));
  }

  uint32_t most_;
  Random& random_;
  Graph graph_;
};

}  // namespace

Graph randomProducts(uint32_t most, Random& random) { return ProductBuilder(most, random).build(); }

Tensor plainProduct(const Graph& graph, const Product& op, const TensorValues& values) {
  const TensorInfo& info = graph.tensors[op.output];
  Tensor out(info.type, info.rows, info.cols);
  const int64_t limit = info.type == ElementType::Int16 ? 32768 : 128;
  for (uint32_t r = 0; r < info.rows; ++r)
    for (uint32_t c = 0; c < info.cols; ++c) {
      int64_t sum = 0;
      for (uint32_t k = 0; k < graph.tensors[op.left].cols; ++k)
        sum += int64_t{values[op.left].at(r, k)} *
               (op.rightTransposed ? values[op.right].at(c, k) : values[op.right].at(k, c));
      const Scale scale = op.epilogue.scale[c];
      const int64_t scaled = ((sum * scale.multiplier >> (scale.shift - 1)) + 1) >> 1;
      out.at(r, c) =
          static_cast<int16_t>(std::clamp(scaled + op.epilogue.zero[c], -limit, limit - 1));
    }
  return out;
}

}  // namespace intformer::test
