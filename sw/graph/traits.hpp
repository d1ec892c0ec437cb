#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sw/graph/tensor.hpp"

/// What every kind of operator says of itself, in its own file of this folder.
namespace intformer {

struct Graph;
class OperatorCheck;

/// A tensor that an operator reads or writes.
struct Operand {
  static constexpr uint32_t kAllRows = ~uint32_t{0};

  std::string_view role;         ///< the operator's field: "query", "epilogue.identity"
  TensorId tensor = kNoTensor;   ///< never kNoTensor in a list of operands
  uint32_t firstRow = 0;         ///< of the rows that are read or written
  uint32_t rows = kAllRows;      ///< from there on; kAllRows: all of the tensor's
  uint32_t groupCols = 0;        ///< columns of a group that it is worked on in; 0: no matter
};

/// The traits of an operator: one specialization each, beside its struct. GraphOperator says what
/// it must hold:
/// - kKind: the kind's name in files, reports and messages;
/// - kRowWise: whether row r of the outputs depends on row r of the inputs alone;
/// - inputs, outputs: the tensors that it reads and writes, optional ones only where given;
/// - macs: multiply-accumulates by its definition, without padding, with masked columns;
/// - shape: sizes, types and epilogue, in words;
/// - withoutContents: the same operator without the integers that are large;
/// - check: throws GraphError for fields out of their ranges (sw/graph/check.hpp).
template <typename Op>
struct Traits;

template <typename Op>
concept GraphOperator = requires(const Op& op, const Graph& graph, const OperatorCheck& check) {
  { op.name } -> std::convertible_to<const std::string&>;
  { Traits<Op>::kKind } -> std::convertible_to<std::string_view>;
  { Traits<Op>::kRowWise } -> std::convertible_to<bool>;
  { Traits<Op>::inputs(op) } -> std::same_as<std::vector<Operand>>;
  { Traits<Op>::outputs(op) } -> std::same_as<std::vector<Operand>>;
  { Traits<Op>::macs(graph, op) } -> std::same_as<uint64_t>;
  { Traits<Op>::shape(graph, op) } -> std::same_as<std::string>;
  { Traits<Op>::withoutContents(op) } -> std::same_as<Op>;
  { Traits<Op>::check(check, op) } -> std::same_as<void>;
};

}  // namespace intformer
