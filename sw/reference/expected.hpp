#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "sw/golden/golden.hpp"
#include "sw/reference/functions.hpp"

/// What an operator gives in float64, of operands that are integers or reals, in LSB of its result:
/// expect(graph, values, op, give) calls give(tensor, row, column, value) for every element.
namespace intformer::reference {

/// A matrix of reals, in LSB of the tensor that it stands for.
struct RealTensor {
  uint32_t rows = 0;
  uint32_t cols = 0;
  std::vector<double> data;

  [[nodiscard]] double at(uint32_t row, uint32_t col) const {
    return data[std::size_t{row} * cols + col];
  }
};
using RealValues = std::vector<RealTensor>;  ///< by TensorId

inline std::vector<double> sumsOf(const Graph& graph, const Linear& op, const TensorValues& values) {
  const std::vector<int32_t> sums = golden::linearSums(graph, op, values);
  return {sums.begin(), sums.end()};
}
inline std::vector<double> sumsOf(const Graph&, const Linear& op, const RealValues& values) {
  const RealTensor& in = values[op.input];
  const std::vector<double> weights(op.weights.begin(), op.weights.end());
  const std::vector<double> bias(op.bias.begin(), op.bias.end());
  return linear(in.data, weights, bias, in.rows, op.depth, op.cols);
}

template <typename Values, typename Give>
void expect(const Graph& graph, const Values& values, const Linear& op, Give give) {
  const std::vector<double> sums = sumsOf(graph, op, values);
  const uint32_t rows = graph.tensors[op.output].rows;
  const auto expected = [&](uint32_t r, uint32_t c) {
    const double acc = sums[std::size_t{r} * op.cols + c];
    return match(
        op.epilogue,
        [&](const RequantizeEpilogue& e) { return acc * e.scale[c].real() + e.zero[c]; },
        [&](const ActivationEpilogue& e) {
          const double real = activation(e.kind, acc * e.input[c].real() / 1024);
          return real * 16384 * e.output[c].real() + e.zero[c];
        },
        [&](const ResidualEpilogue& e) {
          return acc * e.product[c].real() + values[e.identity].at(r, c) * e.skip[c].real();
        });
  };
  for (uint32_t r = 0; r < rows; ++r)
    for (uint32_t c = 0; c < op.cols; ++c) give(op.output, r, c, expected(r, c));
}

template <typename Values, typename Give>
void expect(const Graph& graph, const Values& values, const Product& op, Give give) {
  const TensorInfo& out = graph.tensors[op.output];
  const uint32_t depth = depthOf(graph, op);
  for (uint32_t r = 0; r < out.rows; ++r)
    for (uint32_t c = 0; c < out.cols; ++c) {
      double sum = 0;
      for (uint32_t k = 0; k < depth; ++k)
        sum += static_cast<double>(values[op.left].at(r, k)) *
               (op.rightTransposed ? values[op.right].at(c, k) : values[op.right].at(k, c));
      give(op.output, r, c, sum * op.epilogue.scale[c].real() + op.epilogue.zero[c]);
    }
}

/// By the rule's own words, apart from the golden model's intervals.
inline bool isValid(const Mask& mask, int64_t query, int64_t column) {
  return column >= mask.low + (mask.lowMoves ? query : 0) &&
         column < mask.high + (mask.highMoves ? query : 0);
}

template <typename Values, typename Give>
void expect(const Graph&, const Values& values, const Attention& op, Give give) {
  const auto at = [&](TensorId id, uint32_t row, uint32_t head, uint32_t c) {
    return static_cast<double>(values[id].at(row, head * op.headWidth + c));
  };
  for (uint32_t h = 0; h < op.heads; ++h) {
    const uint32_t keyHead = op.keyHead(h);
    const double nats = op.logit[h].real() / 256 * std::numbers::ln2;
    for (uint32_t i = 0; i < op.rows; ++i) {
      const uint32_t row = op.queries().at(i);
      std::vector<double> logits, seen;
      for (const KeySegment& segment : op.segments)
        for (uint32_t j = 0; j < segment.rows; ++j) {
          if (!isValid(segment.mask, i, j)) continue;
          const uint32_t other = segment.set().at(j);
          double sum = 0;
          for (uint32_t c = 0; c < op.headWidth; ++c) {
            sum += at(op.query, row, h, c) * at(segment.key, other, keyHead, c);
            seen.push_back(at(segment.value, other, keyHead, c) * op.result[h].real());
          }
          logits.push_back(sum * nats);
        }
      const auto expected = attention(logits, seen, op.headWidth);
      for (uint32_t c = 0; c < op.headWidth; ++c)
        give(op.output, row, h * op.headWidth + c, expected[c]);
    }
  }
}

template <typename Values, typename Give>
void expect(const Graph& graph, const Values& values, const LayerNorm& op, Give give) {
  const TensorInfo& in = graph.tensors[op.input];
  std::vector<double> gamma, beta, row(in.cols);  // in LSB of the int8 result
  for (uint32_t c = 0; c < in.cols; ++c) {
    gamma.push_back(std::ldexp(op.gain[c], 9 - op.shift));
    beta.push_back(std::ldexp(op.offset[c], -op.shift));
  }
  const double epsilon = static_cast<double>(op.epsilon) / in.cols / in.cols;
  for (const TensorId id : {op.output8, op.output16}) {
    if (id == kNoTensor) continue;
    const double units = id == op.output16 ? 256 : 1;
    for (uint32_t r = 0; r < in.rows; ++r) {
      for (uint32_t c = 0; c < in.cols; ++c) row[c] = values[op.input].at(r, c);
      const auto expected = op.rootMeanSquare ? rmsNorm(row, gamma, epsilon)
                                              : layerNorm(row, gamma, beta, epsilon);
      for (uint32_t c = 0; c < in.cols; ++c) give(id, r, c, expected[c] * units);
    }
  }
}

/// `values` of the two lists are those of TensorValues: row numbers in halves.
template <typename Values, typename Give>
void expect(const Graph& graph, const Values& values, const Embedding& op, Give give) {
  const auto index = [&](TensorId id, uint32_t row) {
    const auto half = [&](uint32_t c) {
      return std::size_t{static_cast<uint16_t>(static_cast<int16_t>(values[id].at(row, c)))};
    };
    return half(0) + (half(1) << 16);
  };
  for (uint32_t r = 0; r < graph.tensors[op.output].rows; ++r) {
    const std::size_t token = index(op.token, r) * op.cols;
    const std::size_t place = index(op.place, r) * op.cols;
    for (uint32_t c = 0; c < op.cols; ++c)
      give(op.output, r, c,
           op.tokens[token + c] * op.tokenScale[c].real() +
               op.places[place + c] * op.placeScale[c].real());
  }
}

}  // namespace intformer::reference
