#include "sw/reference/report.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/core.h>

#include "sw/golden/golden.hpp"
#include "sw/reference/functions.hpp"

namespace intformer::reference {
namespace {

/// Gathers the differences of one result.
class Comparison {
 public:
  Comparison(const Graph& graph, TensorId id, std::string_view kind, const TensorValues& values)
      : tensor_(values[id]) {
    error_.tensor = graph.tensors[id].name;
    error_.kind = kind;
  }

  void add(uint32_t row, uint32_t col, double expected) {
    const double limit = tensor_.type == ElementType::Int16 ? 32768 : 128;
    expected = std::clamp(expected, -limit, limit - 1);
    const double difference = std::abs(tensor_.at(row, col) - expected);
    error_.largest = std::max(error_.largest, difference);
    squares_ += difference * difference;
    sum_ += expected;
    expectedSquares_ += expected * expected;
    ++count_;
  }

  OperatorError result() {
    const double n = std::max(1.0, count_);
    error_.rootMeanSquare = std::sqrt(squares_ / n);
    error_.deviation = std::sqrt(std::max(0.0, expectedSquares_ / n - std::pow(sum_ / n, 2)));
    return error_;
  }

 private:
  const Tensor& tensor_;
  OperatorError error_;
  double squares_ = 0, sum_ = 0, expectedSquares_ = 0, count_ = 0;
};

void compare(const Graph& graph, const TensorValues& values, const Linear& op,
             std::vector<OperatorError>& errors) {
  const std::vector<int32_t> sums = golden::linearSums(graph, op, values);
  Comparison comparison(graph, op.output, Traits<Linear>::kKind, values);
  const auto expected = [&](uint32_t r, uint32_t c) {
    const double acc = sums[std::size_t{r} * op.cols + c];
    return match(
        op.epilogue,
        [&](const RequantizeEpilogue& e) { return acc * e.scale[c].real() + e.zero[c]; },
        [&](const ActivationEpilogue& e) {
          const double real = reference::gelu(acc * e.input[c].real() / 1024);
          return real * 16384 * e.output[c].real() + e.zero[c];
        },
        [&](const ResidualEpilogue& e) {
          return acc * e.product[c].real() + values[e.identity].at(r, c) * e.skip[c].real();
        });
  };
  for (uint32_t r = 0; r < values[op.output].rows; ++r)
    for (uint32_t c = 0; c < op.cols; ++c) comparison.add(r, c, expected(r, c));
  errors.push_back(comparison.result());
}

void compare(const Graph& graph, const TensorValues& values, const Product& op,
             std::vector<OperatorError>& errors) {
  Comparison comparison(graph, op.output, Traits<Product>::kKind, values);
  const Tensor &left = values[op.left], &right = values[op.right], &out = values[op.output];
  for (uint32_t r = 0; r < out.rows; ++r)
    for (uint32_t c = 0; c < out.cols; ++c) {
      double sum = 0;
      for (uint32_t k = 0; k < left.cols; ++k)
        sum += static_cast<double>(left.at(r, k)) *
               (op.rightTransposed ? right.at(c, k) : right.at(k, c));
      comparison.add(r, c, sum * op.epilogue.scale[c].real() + op.epilogue.zero[c]);
    }
  errors.push_back(comparison.result());
}

/// By the rule's own words, apart from the golden model's intervals.
bool isValid(const Mask& mask, int64_t query, int64_t column) {
  return column >= mask.low + (mask.lowMoves ? query : 0) &&
         column < mask.high + (mask.highMoves ? query : 0);
}

void compare(const Graph& graph, const TensorValues& values, const Attention& op,
             std::vector<OperatorError>& errors) {
  Comparison comparison(graph, op.output, Traits<Attention>::kKind, values);
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
      const auto expected = reference::attention(logits, seen, op.headWidth);
      for (uint32_t c = 0; c < op.headWidth; ++c)
        comparison.add(row, h * op.headWidth + c, expected[c]);
    }
  }
  errors.push_back(comparison.result());
}

void compare(const Graph& graph, const TensorValues& values, const LayerNorm& op,
             std::vector<OperatorError>& errors) {
  const Tensor& in = values[op.input];
  std::vector<double> gamma, beta, row(in.cols);  // in LSB of the int8 result
  for (uint32_t c = 0; c < in.cols; ++c) {
    gamma.push_back(std::ldexp(op.gain[c], 9 - op.shift));
    beta.push_back(std::ldexp(op.offset[c], -op.shift));
  }
  const double epsilon = static_cast<double>(op.epsilon) / in.cols / in.cols;
  for (const TensorId id : {op.output8, op.output16}) {
    if (id == kNoTensor) continue;
    Comparison comparison(graph, id, Traits<LayerNorm>::kKind, values);
    const double units = id == op.output16 ? 256 : 1;
    for (uint32_t r = 0; r < in.rows; ++r) {
      for (uint32_t c = 0; c < in.cols; ++c) row[c] = in.at(r, c);
      const auto expected = op.rootMeanSquare
                                ? reference::rmsNorm(row, gamma, epsilon)
                                : reference::layerNorm(row, gamma, beta, epsilon);
      for (uint32_t c = 0; c < in.cols; ++c) comparison.add(r, c, expected[c] * units);
    }
    errors.push_back(comparison.result());
  }
}

void compare(const Graph& graph, const TensorValues& values, const Embedding& op,
             std::vector<OperatorError>& errors) {
  Comparison comparison(graph, op.output, Traits<Embedding>::kKind, values);
  for (uint32_t r = 0; r < values[op.output].rows; ++r) {
    const std::size_t token = std::size_t{values[op.token].index(r)} * op.cols;
    const std::size_t place = std::size_t{values[op.place].index(r)} * op.cols;
    for (uint32_t c = 0; c < op.cols; ++c)
      comparison.add(r, c, op.tokens[token + c] * op.tokenScale[c].real() +
                               op.places[place + c] * op.placeScale[c].real());
  }
  errors.push_back(comparison.result());
}

}  // namespace

std::vector<OperatorError> operatorErrors(const Graph& graph, const TensorValues& values) {
  std::vector<OperatorError> errors;
  for (const Operator& op : graph.operators)
    match(op, [&](const auto& specific) { compare(graph, values, specific, errors); });
  return errors;
}

std::string formatErrors(const std::vector<OperatorError>& errors) {
  std::string text = fmt::format("{:<32} {:<10} {:>10} {:>10} {:>10}\n", "tensor", "kind",
                                 "max LSB", "rms LSB", "rms/std");
  for (const OperatorError& e : errors)
    text += fmt::format("{:<32} {:<10} {:>10.3f} {:>10.3f} {:>10.4f}\n", e.tensor, e.kind,
                        e.largest, e.rootMeanSquare,
                        e.rootMeanSquare / std::max(e.deviation, 1e-9));
  return text;
}

}  // namespace intformer::reference
