#include "sw/compiler/kept_logits.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "sw/compiler/attention_steps.hpp"

namespace intformer::compiler {
namespace {

/// A step of which each chunk has a place of its own.
class Step {
 public:
  Step(Context& context, const Attention& op, QueryRows queries, uint32_t panels)
      : context_(context), op_(op),
        chunks_(chunksOf(queries.keys, panels, context.plan.dim)),
        places_(chunks_.size()) {
    step_ = {.queries = std::move(queries), .keepsLogits = true};
  }

  [[nodiscard]] std::size_t chunks() const { return chunks_.size(); }

  void logits(std::size_t chunk) {
    if (chunk == 0) {
      query_ = findQueries(context_, op_, step_, false);
      step_.statRow = context_.statistics.allocate(step_.queries.rows);
    }
    HeadOperand keys = loadKeys(context_, op_, step_, chunks_[chunk], &KeySegment::key);
    emitLogits(context_, op_, step_, query_, keys, chunks_[chunk]);
    releaseHead(context_, keys);
    if (chunk + 1 == chunks()) releaseHead(context_, query_);
  }
  void maximum(std::size_t chunk) {
    emitMaximum(context_, op_, step_, chunks_[chunk], chunk == 0);
    places_[chunk] = step_.weights;
  }
  void weights(std::size_t chunk) {
    step_.weights = places_[chunk];
    emitWeights(context_, op_, step_, chunks_[chunk], chunk == 0);
    if (chunk + 1 == chunks()) emitScalars(context_, op_, step_);
  }
  void product(std::size_t chunk) {
    if (chunk == 0)
      step_.sums = context_.accumulator.allocate(context_.headPanels(op_.query) * step_.queries.rows);
    HeadOperand values = loadKeys(context_, op_, step_, chunks_[chunk], &KeySegment::value);
    step_.weights = places_[chunk];
    emitProduct(context_, op_, step_, values, chunk == 0);
    releaseHead(context_, values);
  }
  void result() { emitResult(context_, op_, step_); }

 private:
  Context& context_;
  const Attention& op_;
  std::vector<KeyPlan> chunks_;
  std::vector<uint32_t> places_;  ///< of the logits, then the weights, by chunk
  AttentionStep step_;
  HeadOperand query_;
};

}  // namespace

void attendKept(Context& context, const Attention& op, const AttentionCut& cut) {
  const uint32_t dim = context.plan.dim;
  std::unique_ptr<Step> before, ended;
  const auto advance = [&](Step* current) {
    const std::size_t weighed = before ? before->chunks() : 0;
    const std::size_t computed = current != nullptr ? current->chunks() : 0;
    for (std::size_t i = 0; i < std::max({weighed, computed, std::size_t{1}}); ++i) {
      if (i < weighed) before->weights(i);
      // Behind weights that do not wait for its last product.
      if (i == 0 && ended) ended->result();
      if (i < computed) current->logits(i);
      if (i < weighed) before->product(i);
      if (i < computed) current->maximum(i);
    }
  };
  for (QueryRows& rows : queryRows(op, cut, context.schedule.frame, context.layout, dim)) {
    auto current = std::make_unique<Step>(context, op, std::move(rows), cut.keys / dim);
    advance(current.get());
    ended = std::exchange(before, std::move(current));
  }
  advance(nullptr);
  before->result();
}

}  // namespace intformer::compiler
