#include "sw/compiler/search.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>

#include "sw/compiler/ahead.hpp"
#include "sw/compiler/assemble.hpp"
#include "sw/compiler/bound.hpp"
#include "sw/compiler/outline.hpp"
#include "sw/compiler/strategies.hpp"
#include "sw/perf/estimate.hpp"

namespace intformer::compiler {
namespace {

/// Effort of lowering, in commands; one takes about a microsecond.
constexpr uint64_t kLowered = 150'000;
/// Effort of measuring, in commands and every 500 cycles; one takes about 5 microseconds.
constexpr uint64_t kMeasured = 70'000;  ///< of schedules
constexpr uint64_t kVaried = 50'000;    ///< of variations
constexpr std::size_t kMostMeasured = 8, kMostVaried = 16;
constexpr std::size_t kKept = 1'000'000;  ///< commands of schedules kept to be measured
constexpr uint64_t kLargePart = 30'000;  ///< cut to one repetition of what repeats
/// Row blocks of each kind of schedule that are lowered at most, and at least if they fit: high
/// blocks of resident operands are best in general, of streamed ones not.
constexpr std::size_t kMostBlocks = 6, kLeastResident = 1, kLeastStreamed = 4;
/// Row blocks whose other divisions of the scratchpad are lowered, too.
constexpr std::size_t kDividedBlocks = 3;
/// Schedules that promise so much less than the best are left out.
constexpr double kHopeless = 1.25;
/// Nothing is looked for beyond a schedule that takes so little more than any must.
constexpr double kNear = 1.005;

uint64_t effort(std::size_t commands, uint64_t cycles) { return commands + cycles / 500; }

/// A schedule that fits.
struct Sketch {
  Schedule schedule;
  uint64_t cycles = 0;  ///< by the stream's own, rough reckoning
  std::size_t commands = 0;
  std::shared_ptr<const Lowered> lowered = {};  ///< of few: they take much memory
};

/// A choice that was measured, and what it was measured on.
struct Measured {
  std::optional<Choice> choice;  ///< none: the program is the one that it is to differ from
  std::size_t commands = 0;
  std::shared_ptr<const Lowered> lowered;
};

class Judge {
 public:
  Judge(const Graph& graph, const Plan& plan, const MemoryLayout& layout,
        const CompileOptions& options)
      : graph_(graph), plan_(plan), layout_(layout), options_(options) {
    cut(1);
  }

  Judgement run() {
    sketchBlocks(proposeFrames(graph_, plan_, options_));
    if (!sketches_.empty() && !options_.search) {  // it is taken, whatever it costs
      choices_.push_back({.schedule = std::move(sketches_[0].schedule)});
      best_ = std::move(sketches_[0].lowered);
    } else if (!sketches_.empty()) {
      if (2 * effort(sketches_[0].commands, sketches_[0].cycles) < kLargePart) cut(2);
      measureSchedules();
      const auto best = std::ranges::min_element(choices_, {}, &Choice::cycles);
      if (best != choices_.end() && !nearLeast(best->cycles)) measureVariations(*best);
    }
    std::ranges::stable_sort(choices_, {}, &Choice::cycles);
    if (part_ != &graph_) best_ = nullptr;
    return {{part_->operators.size(), std::move(choices_)}, reason_, std::move(best_)};
  }

 private:
  /// Goes on with the part that has so many repetitions.
  void cut(std::size_t repetitions) {
    const std::size_t count = representativeOperators(graph_, repetitions);
    if (part_ != nullptr && count == part_->operators.size()) return;
    for (Sketch& entry : sketches_) entry.lowered = nullptr;
    outline_ = count == graph_.operators.size() ? Graph{} : outline(graph_, count);
    part_ = count == graph_.operators.size() ? &graph_ : &outline_;
    least_ = leastCycles(*part_, plan_, layout_);
  }

  /// Whether other schedules cannot be worth looking for.
  [[nodiscard]] bool nearLeast(uint64_t cycles) const {
    return static_cast<double>(cycles) <= kNear * static_cast<double>(least_);
  }

  [[nodiscard]] std::shared_ptr<const Lowered> lower(const Schedule& schedule) const {
    return std::make_shared<const Lowered>(intformer::compiler::lower(
        *part_, plan_, layout_, schedule, options_.memory, options_.sharedConstants));
  }
  /// The schedule of a frame, lowered. Throws Unfit.
  [[nodiscard]] Sketch sketch(const Frame& frame) const {
    Sketch result{.schedule = cutOperators(graph_, plan_, layout_, frame, options_)};
    result.lowered = lower(result.schedule);
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

  /// Every row block with the first division of the scratchpad that fits, then other divisions of
  /// the blocks that promise most. Blocks below DIM rows only where no other fits.
  void sketchBlocks(const std::vector<Frame>& all) {
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
      if (done || (all[i].rowBlock < plan_.dim && !sketches_.empty())) continue;
      const std::size_t least =
          all[i].operands == Operands::Resident ? kLeastResident : kLeastStreamed;
      if (options_.search && blocks + 1 < kMostBlocks &&
          (blocks + 1 < least || lowered_ < kLowered)) {
        std::size_t next = i + 1;  // the next block
        while (next < all.size() && alike(all[next], all[i])) ++next;
        if (next < all.size() && all[next].operands == all[i].operands &&
            all[next].rowBlock >= plan_.dim)
          sketches.expect(next);
      }
      if (!note(sketches, i)) continue;
      if (!options_.search) return;
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
  }
  /// Cycles against those of the best.
  [[nodiscard]] double promise(const Sketch& entry) const {
    return static_cast<double>(entry.cycles) /
           static_cast<double>(std::ranges::min_element(sketches_, {}, &Sketch::cycles)->cycles);
  }

  [[nodiscard]] Program assembled(const Lowered& lowered) const {
    return assemble(*part_, plan_, layout_, lowered, false);
  }

  /// `lowered` is of the choice's options; without one they are lowered. Nothing is measured when
  /// the commands are those of `other`.
  [[nodiscard]] Measured measure(Choice choice, std::shared_ptr<const Lowered> lowered,
                                 const Program* other) const {
    if (!lowered) lowered = lower(choice.schedule);
    const Program program = assembled(*lowered);
    if (other != nullptr && other->commands == program.commands) return {};
    const perf::Run run =
        perf::estimate(program.commands, program.programAddress, plan_, options_.memory);
    choice.cycles = run.cycles;
    choice.bytes = run.bytesRead + run.bytesWritten;
    return {std::move(choice), program.commands.size(), std::move(lowered)};
  }

  /// Notes a choice. Returns its effort.
  uint64_t note(Measured measured) {
    const uint64_t cycles = measured.choice->cycles;
    if (std::ranges::all_of(choices_, [&](const Choice& other) { return cycles < other.cycles; }))
      best_ = std::move(measured.lowered);
    choices_.push_back(std::move(*measured.choice));
    return effort(measured.commands, cycles);
  }

  /// Measures the schedules that promise most.
  void measureSchedules() {
    std::ranges::stable_sort(sketches_, {}, &Sketch::cycles);
    std::vector<Sketch> promising;
    std::set<std::tuple<uint32_t, Operands, uint64_t>> known;  // but for the scratchpad's division
    for (Sketch& entry : sketches_)
      if (known.emplace(entry.schedule.frame.rowBlock, entry.schedule.frame.operands, entry.cycles)
              .second)
        promising.push_back(std::move(entry));
    Ahead<Measured> results([&](std::size_t number) {
      const Sketch& entry = promising[number];
      return measure({.schedule = entry.schedule}, entry.lowered, nullptr);
    });
    uint64_t measured = 0;
    const auto hopeless = [&](const Sketch& entry) {
      return static_cast<double>(entry.cycles) >
             kHopeless * static_cast<double>(promising[0].cycles);
    };
    for (std::size_t i = 0; i < promising.size(); ++i) {
      const Sketch& entry = promising[i];
      if (!choices_.empty() &&
          (measured > kMeasured || choices_.size() == kMostMeasured || hopeless(entry) ||
           nearLeast(choices_.back().cycles)))
        break;
      const bool another = i + 1 < promising.size() && choices_.size() + 1 < kMostMeasured &&
                           measured + effort(entry.commands, entry.cycles) <= kMeasured &&
                           !hopeless(promising[i + 1]);
      const bool alone = nearLeast(entry.cycles);  // perhaps: nothing is begun beside it
      if (another && !alone) results.expect(i + 1);
      if (!another && !alone && choices_.empty() && entry.lowered) {  // the one to vary
        varied_ = std::make_unique<Variations>(*this, entry.schedule, *entry.lowered);
        if (!varied_->all.empty()) varied_->results.expect(0);
      }
      try {
        measured += note(results.get(i));
      } catch (const Unfit& unfit) {  // one repetition fits, two do not
        reason_ = unfit.what();
        varied_ = nullptr;
      }
    }
  }

  /// Ways to cut single operators of a schedule differently, and what they cost.
  struct Variations {
    Variations(const Judge& judge, const Schedule& base, const Lowered& lowered)
        : program(judge.assembled(lowered)),
          all(vary(judge.graph_, judge.plan_, judge.layout_, base, judge.options_)),
          results([this, &judge](std::size_t number) {
            const Variation& variation = all[number];
            return judge.measure({.schedule = variation.schedule, .differs = variation.op},
                                 nullptr, &program);
          }) {}
    Program program;
    std::vector<Variation> all;
    Ahead<Measured> results;
  };

  /// Cuts single operators of a schedule differently, and all together where that helps.
  void measureVariations(const Choice base) {
    if (!varied_ || choices_.size() != 1)  // begun for another schedule, or not at all
      varied_ = std::make_unique<Variations>(*this, base.schedule, *best_);
    const std::vector<Variation>& varied = varied_->all;
    Ahead<Measured>& results = varied_->results;
    std::map<uint32_t, Choice> better;  // the best variation of an operator
    const std::size_t schedules = choices_.size();
    const uint64_t usual = effort(varied_->program.commands.size(), base.cycles);
    uint64_t measured = 0;
    for (std::size_t i = 0; i < varied.size(); ++i) {
      if (measured > kVaried || choices_.size() == schedules + kMostVaried) break;
      if (i + 1 < varied.size() && measured + usual <= kVaried) results.expect(i + 1);
      try {
        Measured result = results.get(i);
        if (!result.choice) continue;
        measured += note(std::move(result));
      } catch (const Unfit&) {
        continue;
      }
      const Choice& done = choices_.back();
      if (done.cycles >= base.cycles) continue;
      const auto [place, first] = better.try_emplace(*done.differs, done);
      if (!first && done.cycles < place->second.cycles) place->second = done;
    }
    if (better.size() < 2) return;
    Choice together = base;
    for (const auto& [op, choice] : better)
      adopt(together.schedule, choice.schedule, base.schedule);
    try {
      note(measure(together, nullptr, nullptr));
    } catch (const Unfit&) {  // each fits, all do not
    }
  }

  const Graph& graph_;
  const Plan& plan_;
  const MemoryLayout& layout_;
  const CompileOptions& options_;
  Graph outline_;
  const Graph* part_ = nullptr;  ///< that is judged: the graph, or the outline of its beginning
  uint64_t least_ = 0;           ///< cycles that it takes at least
  std::vector<Sketch> sketches_;
  uint64_t lowered_ = 0;
  std::vector<Choice> choices_;
  std::shared_ptr<const Lowered> best_;  ///< of the choice of the fewest cycles
  std::string reason_;
  std::unique_ptr<Variations> varied_;  ///< of the schedule that is to be varied
};

}  // namespace

Judgement judge(const Graph& graph, const Plan& plan, const MemoryLayout& layout,
                const CompileOptions& options) {
  return Judge(graph, plan, layout, options).run();
}

bool fits(const Graph& graph, const Plan& plan, const MemoryLayout& layout,
          const CompileOptions& options) {
  const Graph part = outline(graph, representativeOperators(graph, 1));
  for (const Frame& frame : proposeFrames(part, plan, options)) {
    try {
      lower(part, plan, layout, cutOperators(part, plan, layout, frame, options),
            options.memory, options.sharedConstants);
      return true;
    } catch (const Unfit&) {
    }
  }
  return false;
}

}  // namespace intformer::compiler
