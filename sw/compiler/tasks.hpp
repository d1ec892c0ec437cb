#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "sw/compiler/key_plan.hpp"
#include "sw/graph/graph.hpp"

namespace intformer::compiler {

/// Rows [first, first + rows) of a tensor.
struct RowBlock {
  uint32_t index = 0;
  uint32_t first = 0;
  uint32_t rows = 0;
};

/// A block of the `total` rows of a tensor that is cut into blocks of `rowBlock`.
RowBlock rowBlockAt(uint32_t index, uint32_t rowBlock, uint32_t total);

/// Some query rows of one head, inside one row block.
struct QueryRows {
  static constexpr uint32_t kNoBlock = ~uint32_t{0};

  uint32_t head = 0;
  uint32_t first = 0;  ///< query of the operator
  uint32_t rows = 0;
  uint32_t block = 0;  ///< of the tensors' row blocks; kNoBlock where queries are no neighbours
  KeyPlan keys = {};
};

/// One operator on one block of rows; of attention that works in steps, half a step; of other
/// attention all of it.
struct Task {
  enum class Part : uint8_t {
    Whole,
    Logits,   ///< Q * K and what makes weights of it
    Product,  ///< P * V and its normalization
  };
  uint32_t op = 0;
  RowBlock block;
  Part part = Part::Whole;
  uint32_t step = 0;                 ///< of Logits and Product: counts through the graph
  std::vector<std::size_t> needs;    ///< earlier tasks that must be lowered before
};

/// Operators that are walked together, block by block, in this order; or attention alone, or a
/// product.
struct Segment {
  std::vector<uint32_t> ops;
  std::size_t prepared = 0;  ///< of the first, that are done a block ahead: before the first linear
  std::size_t values = 0;    ///< from this one on they come after all blocks of those before
};

/// Operators that need only their own rows form segments; a segment ends after a LayerNorm that
/// follows a matmul, so that the normalization of one block hides behind the matmuls of the next,
/// and around attention and products, which need all rows.
std::vector<Segment> segmentsOf(const Graph& graph);

/// The work in an order in which it can be done.
struct TaskOrder {
  std::vector<Task> tasks;
  std::vector<uint32_t> segmentOf;  ///< by operator
  using Uses = std::map<std::pair<TensorId, uint32_t>, std::vector<std::size_t>>;
  /// Tasks that read a block as a matmul's or a LayerNorm's operand, ascending.
  Uses uses;
  /// Tasks of attention that read a block of its operands: from memory where it is not resident.
  Uses attends;
};

/// `steps`: the steps of each operator; none where it is one task.
TaskOrder orderTasks(const Graph& graph, uint32_t rowBlock,
                     const std::vector<std::vector<QueryRows>>& steps);

}  // namespace intformer::compiler
