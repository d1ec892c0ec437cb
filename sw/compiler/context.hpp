#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "gen/plan.hpp"
#include "sw/compiler/constant_places.hpp"
#include "sw/compiler/layout.hpp"
#include "sw/compiler/schedule.hpp"
#include "sw/compiler/scratch.hpp"
#include "sw/compiler/stream.hpp"
#include "sw/compiler/work.hpp"

namespace intformer::compiler {

/// A chunk of a linear operator's weights, for all its blocks.
struct WeightChunk {
  std::optional<uint64_t> place;  ///< in memory
  uint32_t address = 0;           ///< where it was loaded to last
  uint64_t ticket = 0;
};

/// Rows of a head's operand in the scratchpad.
struct HeadPiece {
  uint32_t address = 0;
  uint32_t stride = 0;  ///< words from panel to panel
  uint32_t panel = 0;   ///< of the step's logits that its first row belongs to
  uint32_t rows = 0;
};

/// Keys [first, first + rows) of a segment that were loaded.
struct LoadedKeys {
  uint32_t segment = 0;
  uint32_t first = 0;
  uint32_t rows = 0;
  uint32_t address = 0;
};

/// A head's operand for a step: in pieces where its row blocks are resident, which may be dropped
/// from step to step, else loaded.
struct HeadOperand {
  std::vector<HeadPiece> pieces;
  std::vector<LoadedKeys> loaded;
};

/// Some query rows of one head, and where their data are at the moment.
struct AttentionStep {
  QueryRows queries;
  bool firstOfHead = false;  ///< of the operator's steps with this head of keys
  bool lastOfHead = false;
  bool keepsLogits = false;  ///< in the scratchpad, until weights take their place
  uint32_t weights = 0;      ///< scratchpad; of the logits that are kept, too
  uint32_t logits = 0;   ///< accumulator
  uint32_t sums = 0;     ///< accumulator
  uint32_t statRow = 0;
  uint64_t weightsReady = 0;  ///< estimated cycle
};

/// What the functions that lower operators share: where commands go, and what lies where. The
/// scratchpad holds streamed operands (weights, constants, identities, heads), results on their way
/// out, and resident row blocks.
struct Context {
  Context(const Graph& graph, const Plan& plan, const MemoryLayout& layout,
          const Schedule& schedule, const perf::MemoryTiming& memory, bool sharedConstants);
  Context(const Context&) = delete;  // the heap asks this work for next uses
  Context& operator=(const Context&) = delete;

  [[nodiscard]] const TensorLayout& of(TensorId tensor) const { return layout.tensors[tensor]; }
  /// Of one head.
  [[nodiscard]] uint32_t headPanels(TensorId tensor) const {
    return of(tensor).groupStride / plan.dim;
  }
  [[nodiscard]] RowBlock block(uint32_t index, uint32_t totalRows) const {
    return rowBlockAt(index, schedule.frame.rowBlock, totalRows);
  }
  [[nodiscard]] bool resident() const { return schedule.frame.operands == Operands::Resident; }

  const Graph& graph;
  const Plan& plan;
  const MemoryLayout& layout;
  const Schedule& schedule;
  const perf::MemoryTiming memory;
  std::vector<AttentionStep> steps;  ///< of the attention operators that work in steps
  Work work;
  Stream stream;
  ConstantPlaces constants;
  Ring streamed, results;        ///< scratchpad words
  Ring accumulator, statistics;  ///< rows, slots
  uint64_t spillBytes = 0;       ///< of memory behind the tensors, for what is not fused
  ResidentHeap heap;
  std::vector<std::vector<WeightChunk>> weights;  ///< by operator: [group][depth chunk]
  std::map<std::pair<TensorId, uint32_t>, uint32_t> gathered;  ///< LayerNorm sums: slot by block
  std::optional<ActivationKind> table;  ///< that the vector unit holds
  HeadOperand keys;    ///< of the step whose logits are being computed, kept for the next
  HeadOperand values;  ///< of the step whose products are

 private:
  using QueryRowsOf = std::vector<std::vector<QueryRows>>;  ///< by operator
  Context(const Graph& graph, const Plan& plan, const MemoryLayout& layout,
          const Schedule& schedule, const perf::MemoryTiming& memory, bool sharedConstants,
          const QueryRowsOf& rows);
};

/// The steps of an attention operator.
std::vector<QueryRows> queryRows(const Attention& op, const AttentionCut& cut, const Frame& frame,
                                 const MemoryLayout& layout, uint32_t dim);

}  // namespace intformer::compiler
