#pragma once

#include <cstdint>
#include <stdexcept>
#include <vector>

#include "gen/plan.hpp"
#include "sw/model/graph.hpp"

/// The integer model, operator by operator: the truth that emulator and RTL must equal on every
/// bit. Knows operators and tensors, nothing of tiles, addresses or commands.
namespace intformer {

/// A graph whose operators or values contradict each other; the message names the operator.
struct GraphError : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

/// Values of every tensor of the graph, attention weights too. `inputs` holds the tensors with role
/// Input at their ids and may be shorter than the graph. Throws GraphError.
TensorValues runGolden(const Graph& graph, const TensorValues& inputs, Family family);

/// One operator: reads its inputs from `values` and writes its outputs there, allocating them.
void runOperator(const Graph& graph, const Operator& op, TensorValues& values, Family family);

/// acc + bias of a linear operator, rows x cols, exact: depth <= 65536, |bias| <= 2^30 and weights
/// in [-127, 127] bound every partial sum below 2^31; anything else throws GraphError.
std::vector<int32_t> linearSums(const Graph& graph, const Linear& op, const TensorValues& values);

}  // namespace intformer
