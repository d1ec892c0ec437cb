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
  uint32_t runRows = 1;          ///< of a run of neighbours
  uint32_t runStep = 1;          ///< rows from run to run
  uint32_t groupCols = 0;        ///< columns of a group that it is worked on in; 0: no matter
};

/// Whether a tensor of an operator's fields may be left out.
enum class Presence : uint8_t { Always, Optional };

/// The rows that an operator of one sequence works on, in tensors that hold several.
struct Sequence {
  uint32_t firstRow = 0;
  uint32_t rows = 0;
  bool anyLength = false;  ///< what it does means something for another length, too
  Operand own;             ///< the tensor that no other sequence shares; kNoTensor: there is none
};

/// The traits of an operator: one specialization each, beside its struct. GraphOperator says what
/// it must hold:
/// - kKind: the kind's name in files, reports and messages;
/// - kRowWise: whether row r of the outputs depends on row r of the inputs alone. One that is not
///   is a SequenceOperator: it works on one sequence, and a batch has one of it per sequence;
/// - inputs, outputs: the tensors that it reads and writes, optional ones only where given;
/// - macs: multiply-accumulates by its definition, without padding, with masked columns;
/// - shape: sizes, types and epilogue, in words;
/// - withoutContents: the same operator without the integers that are large;
/// - check: throws GraphError for fields out of their ranges (sw/graph/check.hpp);
/// - fields: all of them, by name, to an archive that writes (a constant operator) or reads. It
///   takes `archive(key, field)`, `archive(key, enumeration, itsLast)`, `archive.optional(key,
///   field, usual)` for one that files leave out where it has its usual value, `archive.tensor(key,
///   id, Presence)` for tensors, `archive.list(key, parts)` for parts with fields of their own, `archive.choice(key, variant)` for variants, whose alternatives have a kind
///   and fields.
template <typename Op>
struct Traits;

/// What setLengths() asks of an operator that mixes the rows of a sequence:
/// - sequence: which one;
/// - alike: whether two are the same but for their sequences;
/// - setSequence: makes it the same for other rows, and its own tensor, if it has one, one for them.
template <typename Op>
concept SequenceOperator = requires(Op& op, const Op& fixed, TensorId own, TensorInfo* ownInfo,
                                    uint32_t firstRow, uint32_t rows) {
  { Traits<Op>::sequence(fixed) } -> std::same_as<Sequence>;
  { Traits<Op>::alike(fixed, fixed) } -> std::same_as<bool>;
  { Traits<Op>::setSequence(op, own, ownInfo, firstRow, rows) } -> std::same_as<void>;
};

template <typename Op>
concept GraphOperator = requires(const Op& op, Op& variable, const Graph& graph,
                                 const OperatorCheck& check, Presence archive) {
  { op.name } -> std::convertible_to<const std::string&>;
  { Traits<Op>::kKind } -> std::convertible_to<std::string_view>;
  { Traits<Op>::kRowWise } -> std::convertible_to<bool>;
  { Traits<Op>::inputs(op) } -> std::same_as<std::vector<Operand>>;
  { Traits<Op>::outputs(op) } -> std::same_as<std::vector<Operand>>;
  { Traits<Op>::macs(graph, op) } -> std::same_as<uint64_t>;
  { Traits<Op>::shape(graph, op) } -> std::same_as<std::string>;
  { Traits<Op>::withoutContents(op) } -> std::same_as<Op>;
  { Traits<Op>::check(check, op) } -> std::same_as<void>;
  { Traits<Op>::fields(archive, op) } -> std::same_as<void>;  // whatever the archive is
  { Traits<Op>::fields(archive, variable) } -> std::same_as<void>;
} && (Traits<Op>::kRowWise || SequenceOperator<Op>);

}  // namespace intformer
