#pragma once

#include <cstdint>
#include <stdexcept>
#include <vector>

#include "sw/graph/graph.hpp"

/// What makes a graph a model: the one place where it is checked, whatever it comes from. Golden
/// model, compiler and everything behind them rely on it.
namespace intformer {

/// A graph whose parts contradict each other, or values that do not belong to it. The message names
/// the operator or tensor, the field and its value.
struct GraphError : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

inline constexpr uint32_t kMaxTokens = 65536;     ///< rows of a tensor, but of attention weights
inline constexpr uint32_t kMaxColumns = 65536;    ///< of a tensor, and the depth of a product
inline constexpr uint32_t kMaxKeys = 65536;       ///< of one attention: its sums reach 2^31 - 2^23
inline constexpr uint32_t kMaxSegments = 4096;    ///< of one attention
inline constexpr uint32_t kMaxPosition = 1 << 30;
inline constexpr uint32_t kMaxVocabulary = 1 << 24;
inline constexpr int32_t kMaxBias = 1 << 30;      ///< so that no partial sum leaves int32

/// Throws GraphError unless
/// - tensors have names of their own and sizes that the device counts;
/// - every field of every operator is in its range, and its tensors have the shapes, types and
///   column groups that it works on;
/// - weights, tables, biases, scales, gains and offsets are complete and in their ranges, whatever
///   they are multiplied with. Without `contents` they need not be there;
/// - operators have names of their own and come in an order in which what they read is written;
/// - every row of every tensor but inputs and constants is written by exactly one operator, these by
///   none;
/// - constants are int8 or int16 and have values of their shape and type, which without `contents`
///   need not be there; others have none;
/// - there is an output.
/// Takes one pass over the integers.
void checkGraph(const Graph& graph, bool contents = true);

/// Columns of one group of every tensor, all of its columns where it has no groups: heads, where
/// attention works on it, else TensorInfo::groupCols.
std::vector<uint32_t> columnGroups(const Graph& graph);

}  // namespace intformer
