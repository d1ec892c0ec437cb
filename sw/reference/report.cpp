#include "sw/reference/report.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/core.h>

#include "sw/reference/expected.hpp"

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

}  // namespace

std::vector<OperatorError> operatorErrors(const Graph& graph, const TensorValues& values) {
  std::vector<OperatorError> errors;
  for (const Operator& each : graph.operators)
    match(each, [&]<typename Op>(const Op& op) {
      std::optional<Comparison> comparison;
      TensorId compared = kNoTensor;
      expect(graph, values, op, [&](TensorId id, uint32_t row, uint32_t col, double expected) {
        if (std::exchange(compared, id) != id) {  // results come one behind the other
          if (comparison) errors.push_back(comparison->result());
          comparison.emplace(graph, id, Traits<Op>::kKind, values);
        }
        comparison->add(row, col, expected);
      });
      if (comparison) errors.push_back(comparison->result());
    });
  return errors;
}

RealValues runReal(const Graph& graph, const TensorValues& given) {
  RealValues values(graph.tensors.size());
  for (TensorId id = 0; id < values.size(); ++id) {
    const TensorInfo& info = graph.tensors[id];
    values[id] = {info.rows, info.cols, {}};
    if (isGiven(info))
      values[id].data.assign(given.at(id).data.begin(), given[id].data.end());
    else if (info.type != ElementType::Uint8)  // weights of attention are not normalized
      values[id].data.resize(std::size_t{info.rows} * info.cols);
  }
  for (const Operator& each : graph.operators)
    match(each, [&](const auto& op) {
      expect(graph, values, op, [&](TensorId id, uint32_t row, uint32_t col, double value) {
        values[id].data[std::size_t{row} * values[id].cols + col] = value;
      });
    });
  return values;
}

std::vector<OperatorError> wholeErrors(const Graph& graph, const TensorValues& values) {
  const RealValues reals = runReal(graph, values);
  std::vector<OperatorError> errors;
  for (TensorId id = 0; id < reals.size(); ++id) {
    if (isGiven(graph.tensors[id]) || reals[id].data.empty()) continue;
    Comparison comparison(graph, id, "whole", values);
    for (uint32_t r = 0; r < reals[id].rows; ++r)
      for (uint32_t c = 0; c < reals[id].cols; ++c) comparison.add(r, c, reals[id].at(r, c));
    errors.push_back(comparison.result());
  }
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
