#include "sw/compiler/search.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>

#include "sw/compiler/ahead.hpp"
#include "sw/compiler/outline.hpp"
#include "sw/compiler/part.hpp"
#include "sw/compiler/sketches.hpp"
#include "sw/compiler/strategies.hpp"
#include "sw/perf/estimate.hpp"

namespace intformer::compiler {
namespace {

/// Effort of measuring, in commands and every 500 cycles; one takes about 5 microseconds.
constexpr uint64_t kMeasured = 70'000;  ///< of schedules
constexpr uint64_t kVaried = 50'000;    ///< of variations
constexpr std::size_t kMostMeasured = 8, kMostVaried = 16;
constexpr uint64_t kLargePart = 30'000;  ///< cut to one repetition of what repeats
uint64_t effort(std::size_t commands, uint64_t cycles) { return commands + cycles / 500; }

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
      : part_(graph, plan, layout, options) {}

  Judgement run() {
    auto [sketches, reason] =
        sketchFrames(part_, proposeFrames(part_.graph, part_.plan, part_.options));
    sketches_ = std::move(sketches);
    reason_ = std::move(reason);
    if (!sketches_.empty() && !part_.options.search) {  // it is taken, whatever it costs
      choices_.push_back({.schedule = std::move(sketches_[0].schedule)});
      best_ = std::move(sketches_[0].lowered);
    } else if (!sketches_.empty()) {
      if (2 * effort(sketches_[0].commands, sketches_[0].cycles) < kLargePart && part_.cut(2))
        for (Sketch& entry : sketches_) entry.lowered = nullptr;
      measureSchedules();
      const auto best = std::ranges::min_element(choices_, {}, &Choice::cycles);
      if (best != choices_.end() && !part_.nearLeast(best->cycles)) measureVariations(*best);
    }
    std::ranges::stable_sort(choices_, {}, &Choice::cycles);
    if (!part_.isWhole()) best_ = nullptr;
    return {{part_.operators(), std::move(choices_)}, reason_, std::move(best_)};
  }

 private:
  /// `lowered` is of the choice's options; without one they are lowered. Nothing is measured when
  /// the commands are those of `other`.
  [[nodiscard]] Measured measure(Choice choice, std::shared_ptr<const Lowered> lowered,
                                 const Program* other) const {
    if (!lowered) lowered = part_.lower(choice.schedule);
    const Program program = part_.assembled(*lowered);
    if (other != nullptr && other->commands == program.commands) return {};
    const perf::Run run =
        perf::estimate(program.commands, program.programAddress, part_.plan, part_.options.memory);
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
           part_.nearLeast(choices_.back().cycles)))
        break;
      const bool another = i + 1 < promising.size() && choices_.size() + 1 < kMostMeasured &&
                           measured + effort(entry.commands, entry.cycles) <= kMeasured &&
                           !hopeless(promising[i + 1]);
      const bool alone = part_.nearLeast(entry.cycles);  // perhaps: nothing is begun beside it
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
        : program(judge.part_.assembled(lowered)),
          all(vary(judge.part_.graph, judge.part_.plan, judge.part_.layout, base,
                   judge.part_.options)),
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

  Part part_;
  std::vector<Sketch> sketches_;
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
