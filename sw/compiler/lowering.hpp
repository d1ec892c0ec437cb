#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "gen/plan.hpp"
#include "sw/compiler/compile.hpp"
#include "sw/compiler/constants.hpp"
#include "sw/compiler/layout.hpp"
#include "sw/compiler/schedule.hpp"
#include "sw/compiler/scratch.hpp"
#include "sw/compiler/stream.hpp"
#include "sw/compiler/tasks.hpp"

namespace intformer {

/// Turns the tasks of a graph into commands, by a schedule. The scratchpad holds streamed operands
/// (weights, constants, identities, heads), results on their way out, and resident row blocks.
class Lowering {
 public:
  Lowering(const Graph& graph, const Plan& plan, const MemoryLayout& layout,
           Schedule schedule, bool sharedConstants);

  /// Lowers every task. Throws Unfit.
  void run();
  [[nodiscard]] const Stream& stream() const { return stream_; }
  [[nodiscard]] const ConstantPool& constants() const { return constants_; }

 private:
  /// Where an operator's block of results goes: a resident place, or pieces that only pass through.
  struct Target {
    TensorId tensor = kNoTensor;
    const Resident* resident = nullptr;
  };
  /// One piece of a target: panels [firstPanel, firstPanel + panels) of some rows.
  struct Piece {
    uint32_t address = 0;
    uint32_t stride = 0;  ///< words from panel to panel
    bool transient = false;
  };
  /// A chunk of a linear operator's weights, for all its blocks.
  struct Chunk {
    std::optional<uint64_t> place;  ///< in memory
    uint32_t address = 0;           ///< where it was loaded to last
    uint64_t ticket = 0;
  };
  /// A chunk of weights, with its constants behind them.
  struct Weights {
    uint64_t place = 0;      ///< in memory
    uint32_t address = 0;    ///< scratchpad
    uint32_t tiles = 0;      ///< column tiles
    uint32_t depth = 0;      ///< words per tile
    uint32_t constants = 0;  ///< words per tile
    uint64_t pitch = 0;      ///< bytes from tile to tile in memory, where they lie apart; else 0
    uint64_t constantsPlace = 0;  ///< of the first tile, in memory
    bool loaded = false;
  };
  /// Sums of a linear operator: where a block's column tiles lie in the accumulator.
  struct Sums {
    uint32_t address = 0;
    uint32_t stride = 0;  ///< rows from tile to tile
  };
  /// Rows of a head's operand in the scratchpad.
  struct HeadPiece {
    uint32_t address = 0;
    uint32_t stride = 0;  ///< words from panel to panel
    uint32_t first = 0;   ///< row of the sequence; a multiple of DIM
    uint32_t rows = 0;
  };
  /// A head's operand: in pieces where its row blocks are resident, else loaded in one piece.
  struct HeadOperand {
    std::vector<HeadPiece> pieces;
    bool loaded = false;
  };
  /// Some query rows of one head, and where their data are at the moment.
  struct AttentionStep {
    uint32_t head = 0;
    RowBlock queries;  ///< rows of the tensors, inside one row block (its index)
    bool firstOfHead = false;
    bool lastOfHead = false;
    uint32_t weights = 0;  ///< scratchpad
    uint32_t logits = 0;   ///< accumulator
    uint32_t sums = 0;     ///< accumulator
    uint32_t statRow = 0;
    uint64_t weightsReady = 0;  ///< estimated cycle
  };
  struct KeyRange {
    uint32_t first = 0;
    uint32_t count = 0;
  };

  // lower_linear.cpp
  void lowerLinear(uint32_t opIndex, const Linear& op, const RowBlock& block);
  [[nodiscard]] const LinearCut& linearCut(uint32_t opIndex) const {
    return std::get<LinearCut>(schedule_.cuts[opIndex]);
  }
  /// Finds a place for a chunk; it is loaded when an earlier block's is still there.
  Weights placeWeights(uint32_t opIndex, const Linear& op, uint32_t group, uint32_t chunk);
  /// Loads depth panels [first, end) of all tiles.
  void loadWeights(const Weights& weights, uint32_t firstPanel, uint32_t endPanel);
  void multiply(const Weights& weights, uint32_t firstTile, uint32_t tiles, uint32_t firstPanel,
                uint32_t endPanel, bool accumulate, const Piece& operand, uint32_t rows,
                const Sums& sums);
  /// The operator's last column tiles, finely cut, so that little is left when the array ends.
  void finishProgram(const Linear& op, const RowBlock& block, const Target& result,
                     const Weights& weights, uint32_t firstTile, const Piece& operand,
                     const Sums& sums);
  void linearEpilogue(const Linear& op, const RowBlock& block, const Target& target,
                      uint32_t firstTile, uint32_t tiles, const Sums& sums, uint32_t constAddr,
                      std::optional<uint32_t> statRow);
  // constant_places.cpp
  /// Places all constants in the order of the graph (CompileOptions::sharedConstants).
  void placeConstants();
  /// Of a linear operator whose column tiles lie one by one: weights of all depth, then constants.
  uint64_t linearPlace(const Linear& op);
  [[nodiscard]] uint64_t tilePitch(const Linear& op) const;
  uint64_t normPlace(const LayerNorm& op);
  uint64_t identityPlace();
  /// Places in memory of an embedding's tables, weights and constants.
  struct EmbeddingPlaces {
    uint64_t tokens = 0, places = 0, weights = 0, constants = 0;
  };
  const EmbeddingPlaces& embeddingPlaces(const Embedding& op);
  [[nodiscard]] uint64_t embeddingPitch(const Embedding& op) const;
  // lower_embedding.cpp
  void lowerEmbedding(uint32_t opIndex, const Embedding& op, const RowBlock& block);
  void loadRows(uint64_t table, uint64_t pitch, TensorId list, uint32_t limit,
                const RowBlock& block, uint32_t address, uint32_t rowWords, uint32_t words,
                uint32_t wordStride);
  // lower_layer_norm.cpp
  void lowerLayerNorm(const LayerNorm& op, const RowBlock& block);
  uint32_t gatherStatistics(const LayerNorm& op, const RowBlock& block, const Resident* input);
  // lower_attention.cpp
  void lowerAttention(const Attention& op, const Task& task);
  [[nodiscard]] std::vector<QueryRows> stepsOf(const Attention& op, const AttentionCut& cut) const;
  void placeContext(const Attention& op);
  void attendLogits(const Attention& op, AttentionStep& step);
  void attendProduct(const Attention& op, AttentionStep& step);
  void attendInChunks(const Attention& op, AttentionStep& step, uint32_t keysPerChunk);
  // attention_steps.cpp
  HeadOperand loadHead(TensorId tensor, uint32_t head, uint32_t firstRow, uint32_t rows);
  /// Where it is resident, else loaded.
  HeadOperand findHead(TensorId tensor, uint32_t head, uint32_t firstRow, uint32_t rows);
  void releaseHead(HeadOperand& operand);
  void emitLogits(const Attention& op, AttentionStep& step, const HeadOperand& query,
                  const HeadOperand& keys, uint32_t keyCount);
  void emitMaximum(const Attention& op, const AttentionStep& step, const KeyRange& keys);
  void emitWeights(const Attention& op, AttentionStep& step, const KeyRange& keys);
  void emitProduct(const Attention& op, AttentionStep& step, const HeadOperand& values,
                   const KeyRange& keys);
  void emitScalars(const Attention& op, const AttentionStep& step);
  void emitResult(const Attention& op, AttentionStep& step);
  // pick.cpp
  /// The task to lower next: the first in the schedule's order, unless the array would wait for its
  /// operands and another one has its own.
  [[nodiscard]] std::size_t pick() const;
  [[nodiscard]] uint64_t operandsReady(const Task& task) const;
  /// Whether a task is the first step of attention, and can go now.
  [[nodiscard]] bool opensAttention(std::size_t id) const;
  /// Whether a task finds room out of order, without taking what those in order need.
  [[nodiscard]] bool findsRoom(const Task& task) const;
  [[nodiscard]] bool linearFindsRoom(uint32_t opIndex, const Linear& op,
                                     const RowBlock& block) const;
  [[nodiscard]] bool logitsFindRoom(const Attention& op, const RowBlock& queries) const;
  /// Notes when a block of a tensor will be there.
  void wrote(TensorId tensor, uint32_t block);
  // lowering.cpp
  /// First task, of those not lowered, that reads a block; attention, which can load it, counts
  /// where `attention` says so. ResidentHeap::kNever when none does.
  [[nodiscard]] uint64_t nextUse(TensorId tensor, uint32_t block, bool attention) const;
  [[nodiscard]] const TensorLayout& layout(TensorId tensor) const {
    return layout_.tensors[tensor];
  }
  /// Refuses a tiling that cannot work before any work is done.
  void checkTiling() const;
  void scheduleSteps();
  void lowerTask(const Task& task);
  Target target(TensorId tensor, const RowBlock& block);
  /// Slots for the sums of a LayerNorm that follows in the same segment; none when none does.
  std::optional<uint32_t> statisticsOf(uint32_t opIndex, TensorId output, const RowBlock& block);
  Piece place(const Target& target, const RowBlock& block, uint32_t firstPanel, uint32_t panels);
  /// Stores a piece (rows [firstRow, +rows)) and frees it when it was only passing through.
  void store(TensorId tensor, const Piece& piece, uint32_t firstPanel, uint32_t panels,
             uint32_t firstRow, uint32_t rows);
  void load(TensorId tensor, uint32_t address, uint32_t firstPanel, uint32_t panels,
            uint32_t firstRow, uint32_t rows);
  void loadConstants(uint64_t offset, uint32_t address, uint32_t words);
  /// Chunks that lie `pitch` bytes apart in memory, one behind the other in the scratchpad where
  /// `stride` is `words`.
  void loadConstants(uint64_t offset, uint64_t pitch, uint32_t chunks, uint32_t address,
                     uint32_t stride, uint32_t words);
  Command transfer(Opcode opcode, TensorId tensor, uint32_t address, uint32_t stride,
                   uint32_t firstPanel, uint32_t panels, uint32_t firstRow, uint32_t rows) const;

  const Graph& graph_;
  const Plan& plan_;
  const MemoryLayout& layout_;
  Schedule schedule_;
  bool sharedConstants_;
  TaskOrder order_;
  std::vector<AttentionStep> steps_;  ///< of the attention operators that work in steps
  std::size_t step_ = 0;              ///< how many tasks have been lowered
  std::vector<bool> done_;            ///< by task
  std::size_t firstOpen_ = 0;         ///< the first task that is not done
  std::map<std::pair<TensorId, uint32_t>, uint64_t> ready_;  ///< estimated cycle, by block
  HeadOperand keys_;                  ///< of the head whose logits are being computed
  HeadOperand values_;                ///< of the head whose products are

  Stream stream_;
  ConstantPool constants_;
  Ring streamed_;
  Ring results_;
  Ring accumulator_;
  Ring statistics_;
  ResidentHeap heap_;
  std::vector<std::vector<Chunk>> chunks_;  ///< by operator: [group][depth chunk]
  std::map<std::pair<TensorId, uint32_t>, uint32_t> gathered_;  ///< LayerNorm sums: slot by block
  std::map<const Linear*, uint64_t> linearPlaces_;
  std::map<const LayerNorm*, uint64_t> normConstants_;
  std::optional<uint64_t> identityConstants_;
  std::map<const Embedding*, EmbeddingPlaces> embeddings_;
};

}  // namespace intformer
