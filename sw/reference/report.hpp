#pragma once

#include <string>
#include <vector>

#include "sw/graph/graph.hpp"

namespace intformer::reference {

/// How far the integers of one result lie from the float64 function of the same operator on the
/// same integers and scales. In LSB of the result; saturated results are compared with the
/// saturated float.
struct OperatorError {
  std::string tensor;  ///< the result
  std::string kind;    ///< operatorKind
  double largest = 0;
  double rootMeanSquare = 0;
  double deviation = 0;  ///< of the float result, to relate the error to
};

/// One entry per result tensor of every operator whose tensors all have values (runGolden's).
std::vector<OperatorError> operatorErrors(const Graph& graph, const TensorValues& values);

/// How far the integers of every tensor lie from the same graph in float64 throughout: from the same
/// inputs, constants, weights and scales, with nothing rounded or saturated on the way. `values` are
/// runGolden's.
std::vector<OperatorError> wholeErrors(const Graph& graph, const TensorValues& values);

/// A table of them, a line each.
std::string formatErrors(const std::vector<OperatorError>& errors);

}  // namespace intformer::reference
