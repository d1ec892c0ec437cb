#include "tests/graph/random_pattern.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "sw/numerics/numerics.hpp"

namespace intformer::test {
namespace {

using model::Random;

/// A number of [low, high].
uint32_t between(Random& random, uint32_t low, uint32_t high) {
  return low + random.below(high - low + 1);
}

Mask randomMask(Random& random, uint32_t queries, uint32_t keys) {
  const auto some = [&](uint32_t most) { return static_cast<int32_t>(random.below(most + 3)); };
  const auto all = static_cast<int32_t>(keys);
  switch (random.below(6)) {
    case 0: return {0, some(keys), false, false};
    case 1: return {0, 1 + some(keys) - static_cast<int32_t>(queries) / 2, false, true};
    case 2: return {-some(keys), 1 + some(keys), true, true};
    case 3: return {some(keys) - 1, some(keys), random.below(2) == 0, random.below(2) == 0};
    case 4: return {some(keys / 2), all, true, false};
    default: return {0, all, false, false};
  }
}

class PatternBuilder {
 public:
  PatternBuilder(const PatternShape& shape, Random& random) : random_(random) {
    graph_.name = "pattern";
    keyHeads_ = between(random_, 1, 2);
    heads_ = keyHeads_ * between(random_, 1, 3);
    headWidth_ = between(random_, 1, shape.mostWidth);
    queries_ = between(random_, 1, shape.most);
    query_ = input("query", queries_, heads_);
    const uint32_t keys = random_.below(2) == 0 ? queries_ : between(random_, 1, shape.most);
    const uint32_t memory = between(random_, 1, shape.most);
    sources_ = {{input("key", keys, keyHeads_), input("value", keys, keyHeads_), keys},
                {input("memory_key", memory, keyHeads_), input("memory_value", memory, keyHeads_),
                 memory}};
    output_ = tensor("context", ElementType::Int8, queries_, heads_ * headWidth_,
                     TensorRole::Output, headWidth_);
  }

  Graph build() {
    if (random_.below(3) == 0) {
      const uint32_t step = between(random_, 1, 3);
      for (uint32_t first = 0; first < std::min(step, queries_); ++first)
        attend(first, (queries_ - first + step - 1) / step, step);
    } else {
      for (uint32_t first = 0; first < queries_;) {
        const uint32_t rows = between(random_, 1, queries_ - first);
        attend(first, rows, 1);
        first += rows;
      }
    }
    if (random_.below(2) == 0) mix();
    return std::move(graph_);
  }

 private:
  struct Source {
    TensorId key, value;
    uint32_t rows;
  };

  TensorId tensor(const std::string& name, ElementType type, uint32_t rows, uint32_t cols,
                  TensorRole role, uint32_t groupCols = 0) {
    return graph_.addTensor({name, type, rows, cols, role, groupCols});
  }
  TensorId input(const std::string& name, uint32_t rows, uint32_t heads) {
    return tensor(name, ElementType::Int8, rows, heads * headWidth_, TensorRole::Input,
                  headWidth_);
  }

  KeySegment segment(uint32_t queries) {
    const Source& source = sources_[random_.below(2)];
    KeySegment part{.key = source.key, .value = source.value};
    part.firstRow = random_.below(source.rows);
    const uint32_t left = source.rows - part.firstRow;
    if (random_.below(3) == 0) {
      part.runStep = between(random_, 1, left);
      part.runRows = between(random_, 1, part.runStep);
      const uint32_t runs = left / part.runStep;  // whole ones
      part.rows = std::max(1U, random_.below(runs * part.runRows + 1));
    } else {
      part.rows = between(random_, 1, left);
    }
    part.position = random_.below(3) == 0 ? random_.below(1U << 20) : random_.below(300);
    part.mask = randomMask(random_, queries, part.rows);
    return part;
  }

  void attend(uint32_t first, uint32_t rows, uint32_t step) {
    Attention op;
    op.name = "attention" + std::to_string(first);
    op.query = query_;
    op.output = output_;
    op.firstRow = first;
    op.rows = rows;
    op.rowStep = step;
    op.position = random_.below(3) == 0 ? random_.below(1U << 20) : random_.below(300);
    op.heads = heads_;
    op.keyHeads = keyHeads_;
    op.headWidth = headWidth_;
    op.dither = random_.below(2) == 0;
    for (uint32_t left = between(random_, 1, 3); left > 0; --left) {
      const KeySegment next = segment(rows);
      const bool twice = std::ranges::any_of(op.segments, [&](const KeySegment& other) {
        return other.key == next.key && firstSeenTwice(other, next, rows) != rows;
      });
      if (!twice) op.segments.push_back(next);
    }
    for (uint32_t head = 0; head < heads_; ++head) {
      op.logit.push_back(
          scaleFromReal((0.4 + random_.uniform()) * 800 / (2500 * std::sqrt(headWidth_)), op.name));
      op.result.push_back(scaleFromReal(0.5 + random_.uniform(), op.name));
    }
    graph_.operators.emplace_back(std::move(op));
  }

  void mix() {
    Linear op;
    op.name = "mixed";
    op.input = output_;
    op.depth = heads_ * headWidth_;
    op.cols = between(random_, 1, 30);
    op.output = tensor("mixed", ElementType::Int8, queries_, op.cols, TensorRole::Output);
    op.weights.resize(std::size_t{op.depth} * op.cols);
    for (int8_t& weight : op.weights)
      weight = static_cast<int8_t>(static_cast<int32_t>(random_.below(255)) - 127);
    op.bias.assign(op.cols, 0);
    op.epilogue = RequantizeEpilogue{
        std::vector<Scale>(op.cols, scaleFromReal(0.02 / std::sqrt(op.depth), op.name)),
        std::vector<int8_t>(op.cols, 3)};
    graph_.operators.emplace_back(std::move(op));
  }

  Random& random_;
  Graph graph_;
  uint32_t heads_ = 0, keyHeads_ = 0, headWidth_ = 0, queries_ = 0;
  TensorId query_ = kNoTensor, output_ = kNoTensor;
  std::vector<Source> sources_;
};

/// Floor of value / 2^shift + 1/2.
int64_t halfUp(int64_t value, unsigned shift) {
  return shift == 0 ? value : ((value >> (shift - 1)) + 1) >> 1;
}

}  // namespace

Graph randomPattern(const PatternShape& shape, Random& random) {
  return PatternBuilder(shape, random).build();
}

Tensor plainAttention(const Attention& op, const TensorValues& values, Family family) {
  Tensor out(ElementType::Int8, op.rows, op.heads * op.headWidth);
  struct Seen {
    int64_t logit;
    uint32_t row, position;
    TensorId value;
  };
  for (uint32_t h = 0; h < op.heads; ++h)
    for (uint32_t i = 0; i < op.rows; ++i) {
      const uint32_t keyCol = h / (op.heads / op.keyHeads) * op.headWidth;
      std::vector<Seen> seen;
      for (const KeySegment& segment : op.segments)
        for (uint32_t j = 0; j < segment.rows; ++j) {
          const Mask& mask = segment.mask;
          const int64_t column = j, low = mask.low + (mask.lowMoves ? int64_t{i} : 0),
                        high = mask.high + (mask.highMoves ? int64_t{i} : 0);
          if (column < low || column >= high) continue;
          const uint32_t row = segment.firstRow + j / segment.runRows * segment.runStep +
                               j % segment.runRows;
          int64_t sum = 0;
          for (uint32_t c = 0; c < op.headWidth; ++c)
            sum += values[op.query].at(op.firstRow + i * op.rowStep, h * op.headWidth + c) *
                   values[segment.key].at(row, keyCol + c);
          const int64_t scaled = halfUp(sum * op.logit[h].multiplier, op.logit[h].shift);
          seen.push_back({std::clamp<int64_t>(scaled, -32768, 32767), row, segment.position + j,
                          segment.value});
        }
      int64_t most = INT64_MIN, sum = 0;
      for (const Seen& one : seen) most = std::max(most, one.logit);
      std::vector<int64_t> weights;
      for (const Seen& one : seen) {
        const int32_t exponential = exp16(static_cast<uint32_t>(most - one.logit), family);
        weights.push_back(exp8(exponential, op.position + i, one.position, op.dither));
        sum += weights.back();
      }
      const SoftmaxRow scalars = softmaxRow(static_cast<uint32_t>(sum), op.result[h]);
      for (uint32_t c = 0; c < op.headWidth; ++c) {
        int64_t product = 0;
        for (std::size_t k = 0; k < seen.size(); ++k)
          product += weights[k] * values[seen[k].value].at(seen[k].row, keyCol + c);
        out.at(i, h * op.headWidth + c) = rowNormalize(product, scalars);
      }
    }
  return out;
}

}  // namespace intformer::test
