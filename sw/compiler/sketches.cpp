#include "sw/compiler/sketches.hpp"

#include <algorithm>

#include "sw/compiler/ahead.hpp"

namespace intformer::compiler {
namespace {

/// Effort of lowering, in commands; one takes about a microsecond.
constexpr uint64_t kLowered = 150'000;
constexpr std::size_t kKept = 1'000'000;  ///< commands of schedules kept to be measured
/// Row blocks of each kind of schedule that are lowered at most, and at least if they fit: high
/// blocks of resident operands are best in general, of streamed ones not.
constexpr std::size_t kMostBlocks = 6, kLeastResident = 1, kLeastStreamed = 4;
/// Row blocks whose other divisions of the scratchpad are lowered, too.
constexpr std::size_t kDividedBlocks = 3;

class Sketcher {
 public:
  explicit Sketcher(const Part& part) : part_(part) {}

  /// Every row block with the first division of the scratchpad that fits, then other divisions of
  /// the blocks that promise most. Blocks below DIM rows only where no other fits.
  Sketches run(const std::vector<Frame>& all) {
    const auto alike = [](const Frame& a, const Frame& b) {
      return a.operands == b.operands && a.rowBlock == b.rowBlock;
    };
    Ahead<Sketch> sketches([&](std::size_t number) { return sketch(all[number]); });
    std::vector<std::size_t> rest;  // divisions of blocks that fit
    std::size_t blocks = 0;         // that fit, of this kind of schedule
    bool done = false;              // with this kind
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (i == 0 || all[i].operands != all[i - 1].operands) {
        blocks = 0;
        done = false;
      }
      if (blocks != 0 && alike(all[i], sketches_.back().schedule.frame)) {
        rest.push_back(i);
        continue;
      }
      if (done || (all[i].rowBlock < part_.plan.dim && !sketches_.empty())) continue;
      const std::size_t least =
          all[i].operands == Operands::Resident ? kLeastResident : kLeastStreamed;
      if (part_.options.search && blocks + 1 < kMostBlocks &&
          (blocks + 1 < least || lowered_ < kLowered)) {
        std::size_t next = i + 1;  // the next block
        while (next < all.size() && alike(all[next], all[i])) ++next;
        if (next < all.size() && all[next].operands == all[i].operands &&
            all[next].rowBlock >= part_.plan.dim)
          sketches.expect(next);
      }
      if (!note(sketches, i)) continue;
      if (!part_.options.search) return take();
      ++blocks;
      done = blocks == kMostBlocks ||
             (blocks >= least && (lowered_ > kLowered || promise(sketches_.back()) > kHopeless));
    }
    std::ranges::stable_sort(sketches_, {}, &Sketch::cycles);
    std::vector<std::size_t> others;
    for (std::size_t block = 0; block < std::min(sketches_.size(), kDividedBlocks); ++block)
      for (const std::size_t i : rest)
        if (alike(all[i], sketches_[block].schedule.frame)) others.push_back(i);
    for (std::size_t at = 0; at < others.size() && lowered_ <= 2 * kLowered; ++at) {
      if (at + 1 < others.size()) sketches.expect(others[at + 1]);
      note(sketches, others[at]);
    }
    return take();
  }

 private:
  /// The schedule of a frame, lowered. Throws Unfit.
  [[nodiscard]] Sketch sketch(const Frame& frame) const {
    Sketch result{.schedule = cutOperators(part_.graph, part_.plan, part_.layout, frame, part_.options)};
    result.lowered = part_.lower(result.schedule);
    result.commands = result.lowered->stream.size();
    result.cycles = result.lowered->stream.cycles();
    return result;
  }

  /// Notes a schedule that fits. False when it does not.
  bool note(Ahead<Sketch>& sketches, std::size_t number) {
    try {
      lowered_ += sketches_.emplace_back(sketches.get(number)).commands;
    } catch (const Unfit& unfit) {
      reason_ = unfit.what();
      return false;
    }
    std::size_t kept = 0;  // of them the best
    std::vector<Sketch*> order;
    for (Sketch& entry : sketches_) order.push_back(&entry);
    std::ranges::stable_sort(order, {}, &Sketch::cycles);
    for (Sketch* entry : order)
      if (entry->lowered && (kept += entry->commands) > kKept && entry != order[0])
        entry->lowered = nullptr;
    return true;
  }

  /// Cycles against those of the best.
  [[nodiscard]] double promise(const Sketch& entry) const {
    return static_cast<double>(entry.cycles) /
           static_cast<double>(std::ranges::min_element(sketches_, {}, &Sketch::cycles)->cycles);
  }

  Sketches take() { return {std::move(sketches_), std::move(reason_)}; }

  const Part& part_;
  std::vector<Sketch> sketches_;
  uint64_t lowered_ = 0;
  std::string reason_;
};

}  // namespace

Sketches sketchFrames(const Part& part, const std::vector<Frame>& frames) {
  return Sketcher(part).run(frames);
}

}  // namespace intformer::compiler
