#pragma once

#include <cstdint>
#include <vector>

#include "sw/graph/check.hpp"
#include "sw/numerics/family.hpp"

/// The integer model, operator by operator: the truth that emulator and RTL must equal on every
/// bit. Knows operators and tensors, nothing of tiles, addresses or commands.
namespace intformer::golden {

/// Values of every tensor of the graph, attention weights too. `inputs` holds the tensors with role
/// Input at their ids and may be shorter than the graph. Throws GraphError for a graph that
/// checkGraph refuses, and for inputs that are missing, of another shape or beyond their tables.
TensorValues runGolden(const Graph& graph, const TensorValues& inputs, Family family);

/// The same for a graph whose integers checkGraph has taken before, at whatever lengths: all else is
/// checked.
TensorValues runGoldenAgain(const Graph& graph, const TensorValues& inputs, Family family);

/// One operator: reads its inputs from `values`, to which the graph's constants come where they are
/// missing, and writes its outputs there, allocating them. The
/// operator must be one that checkGraph takes; the graph may still lack others.
void runOperator(const Graph& graph, const Operator& op, TensorValues& values, Family family);

/// acc + bias of a linear operator, rows x cols, exact: depth <= 65536, |bias| <= 2^30 and weights
/// in [-127, 127] bound every partial sum below 2^31. As for runOperator, checkGraph takes it.
std::vector<int32_t> linearSums(const Graph& graph, const Linear& op, const TensorValues& values);
/// The same of a product: rows x cols of its output.
std::vector<int32_t> productSums(const Graph& graph, const Product& op, const TensorValues& values);

}  // namespace intformer::golden
