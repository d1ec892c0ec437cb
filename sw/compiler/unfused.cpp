#include "sw/compiler/unfused.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "sw/compiler/attention_steps.hpp"

namespace intformer::compiler {
namespace {

/// Words that pass through memory: `words` neighbours of each panel, `stride` apart in the scratchpad.
struct Spill {
  uint64_t offset = 0;  ///< behind the tensors
  uint32_t panels = 0;
  uint32_t words = 0;
};

Command transfer(const Context& context, Opcode opcode, const Spill& spill, uint32_t address,
                 uint32_t stride) {
  return Command(opcode)
      .set(Field::ScratchAddr, address)
      .set(Field::MemoryAddr, static_cast<int64_t>(context.layout.bytes + spill.offset))
      .set(Field::ChunkWords, spill.words)
      .set(Field::Chunks, spill.panels)
      .set(Field::ScratchStride, stride)
      .set(Field::MemoryStride, int64_t{spill.words} * context.plan.dim);
}

class Step {
 public:
  /// `offset`: of what it leaves in memory; receives its end.
  Step(Context& context, const Attention& op, const AttentionCut& cut, QueryRows queries,
       uint64_t& offset)
      : context_(context), op_(op), cut_(cut),
        chunks_(chunksOf(queries.keys, cut.keys / context.plan.dim, context.plan.dim)) {
    step_ = {.queries = std::move(queries), .keepsLogits = true};
    const uint32_t rows = step_.queries.rows, dim = context.plan.dim;
    const auto next = [&](uint32_t panels, uint32_t words) {
      const Spill spill{offset, panels, words};
      offset += roundUp(uint64_t{panels} * words * dim, 64);
      return spill;
    };
    for (const KeyPlan& chunk : chunks_) {
      if (cut.fusion == Fusion::None) logits_.push_back(next(panelsOf(chunk, dim), 2 * rows));
      weights_.push_back(next(panelsOf(chunk, dim), rows));
    }
  }

  void begin() { step_.statRow = context_.statistics.allocate(step_.queries.rows); }

  /// Logits to memory.
  void products() {
    HeadOperand query = findQueries(context_, op_, step_, false);
    for (std::size_t i = 0; i < chunks_.size(); ++i) {
      sums(query, i);
      emitMaximum(context_, op_, step_, chunks_[i], i == 0);
      storeAs(logits_[i], 2 * step_.queries.rows);
      context_.results.release(step_.weights);
    }
    releaseHead(context_, query);
  }

  /// Weights to memory, of logits that come from there, or are made here.
  void softmax() {
    if (cut_.fusion == Fusion::Softmax) query_ = findQueries(context_, op_, step_, false);
    const bool kept = cut_.logits == Logits::Scratchpad;
    std::vector<uint32_t> places;
    for (std::size_t i = 0; i < chunks_.size(); ++i) {
      takeLogits(i);
      takeMaximum(i);
      places.push_back(step_.weights);
      if (!kept) forget();
    }
    for (std::size_t i = 0; i < chunks_.size(); ++i) {
      step_.weights = places[i];
      if (!kept) takeLogits(i);
      emitWeights(context_, op_, step_, chunks_[i], i == 0);
      storeAs(weights_[i], step_.keepsLogits ? 2 * step_.queries.rows : step_.queries.rows);
      context_.results.release(step_.weights);
    }
    releaseHead(context_, query_);
    emitScalars(context_, op_, step_);
  }

  void values() {
    step_.keepsLogits = false;
    step_.sums = context_.accumulator.allocate(context_.headPanels(op_.query) * step_.queries.rows);
    for (std::size_t i = 0; i < chunks_.size(); ++i) {
      HeadOperand values = loadKeys(context_, op_, step_, chunks_[i], &KeySegment::value);
      loadAs(weights_[i]);
      emitProduct(context_, op_, step_, values, i == 0);
      releaseHead(context_, values);
    }
    emitResult(context_, op_, step_);
  }

 private:
  void sums(const HeadOperand& query, std::size_t chunk) {
    HeadOperand keys = loadKeys(context_, op_, step_, chunks_[chunk], &KeySegment::key);
    emitLogits(context_, op_, step_, query, keys, chunks_[chunk]);
    releaseHead(context_, keys);
  }
  /// To the scratchpad from memory, or to the accumulator.
  void takeLogits(std::size_t chunk) {
    if (cut_.fusion == Fusion::None)
      loadAs(logits_[chunk]);
    else
      sums(query_, chunk);
    step_.keepsLogits = cut_.fusion == Fusion::None || cut_.logits == Logits::Scratchpad;
  }
  void takeMaximum(std::size_t chunk) {
    if (cut_.fusion == Fusion::None)
      emitKeptMaximum(context_, op_, step_, chunks_[chunk], chunk == 0);
    else
      emitMaximum(context_, op_, step_, chunks_[chunk], chunk == 0);
  }
  /// Logits that have been seen, and come again.
  void forget() {
    if (cut_.fusion == Fusion::None)
      context_.results.release(step_.weights);
    else
      context_.accumulator.release(step_.logits);
  }

  void storeAs(const Spill& spill, uint32_t stride) {
    context_.stream.emit(transfer(context_, Opcode::Store, spill, step_.weights, stride),
                         AddressBase::Tensors);
    context_.spillBytes =
        std::max(context_.spillBytes,
                 spill.offset + uint64_t{spill.panels} * spill.words * context_.plan.dim);
  }
  void loadAs(const Spill& spill) {
    step_.weights = context_.results.allocate(spill.panels * spill.words);
    context_.stream.emit(transfer(context_, Opcode::Load, spill, step_.weights, spill.words),
                         AddressBase::Tensors);
  }

  Context& context_;
  const Attention& op_;
  const AttentionCut& cut_;
  std::vector<KeyPlan> chunks_;
  std::vector<Spill> logits_, weights_;  ///< by chunk
  AttentionStep step_;
  HeadOperand query_;
};

/// Steps of at most so many rows together.
std::vector<std::span<QueryRows>> blocksOf(std::vector<QueryRows>& steps, uint32_t most) {
  std::vector<std::span<QueryRows>> blocks;
  for (std::size_t first = 0; first < steps.size();) {
    std::size_t end = first;
    for (uint32_t rows = steps[end].rows; rows <= most;) {
      if (++end == steps.size()) break;
      rows += steps[end].rows;
    }
    if (end == first) throw Unfit("a step of attention does not fit half of the statistics slots");
    blocks.emplace_back(&steps[first], end - first);
    first = end;
  }
  return blocks;
}

}  // namespace

void attendUnfused(Context& context, const Attention& op, const AttentionCut& cut) {
  std::vector<QueryRows> rows =
      queryRows(op, cut, context.schedule.frame, context.layout, context.plan.dim);
  const auto blocks = blocksOf(rows, context.plan.statRows / 2);
  std::vector<Step> before, next;
  uint64_t ends[2] = {0, 0};  // in memory, of what even and odd blocks leave there
  for (std::size_t block = 0; block < blocks.size(); ++block) {
    uint64_t end = 0;
    for (const QueryRows& one : blocks[block]) Step(context, op, cut, one, end);
    ends[block % 2] = std::max(ends[block % 2], end);
  }
  const auto begin = [&](std::size_t block) {
    next.clear();
    uint64_t offset = block % 2 == 0 ? 0 : ends[0];
    for (QueryRows& one : blocks[block]) {
      next.emplace_back(context, op, cut, std::move(one), offset).begin();
      if (cut.fusion == Fusion::None) next.back().products();
    }
  };
  begin(0);
  for (std::size_t block = 0; block < blocks.size(); ++block) {
    std::swap(before, next);
    for (Step& step : before) step.softmax();
    if (block + 1 < blocks.size()) begin(block + 1);
    for (Step& step : before) step.values();
  }
}

}  // namespace intformer::compiler
