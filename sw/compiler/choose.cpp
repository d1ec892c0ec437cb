#include "sw/compiler/choose.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "sw/compiler/assemble.hpp"
#include "sw/compiler/candidates.hpp"
#include "sw/compiler/outline.hpp"
#include "sw/perf/estimate.hpp"

namespace intformer {
namespace {

/// Effort of lowering, in commands; one takes about a microsecond.
constexpr uint64_t kLowered = 150'000;
/// Effort of measuring, in commands and every 500 cycles; one takes about 5 microseconds.
constexpr uint64_t kMeasured = 70'000;  ///< of schedules
constexpr uint64_t kVaried = 50'000;    ///< of variations
constexpr std::size_t kMostMeasured = 8, kMostVaried = 16;
constexpr uint64_t kLargePart = 30'000;  ///< cut to one repetition of what repeats
/// Row blocks of each kind of schedule that are lowered at most, and at least if they fit: high
/// blocks of resident operands are best in general, of streamed ones not.
constexpr std::size_t kMostBlocks = 6, kLeastResident = 1, kLeastStreamed = 4;
/// Row blocks whose other divisions of the scratchpad are lowered, too.
constexpr std::size_t kDividedBlocks = 3;
/// Schedules that promise so much less than the best are left out.
constexpr double kHopeless = 1.25;

uint64_t effort(std::size_t commands, uint64_t cycles) { return commands + cycles / 500; }

/// A schedule that fits.
struct Sketch {
  CompileOptions options;
  uint64_t cycles = 0;  ///< by the stream's own, rough reckoning
  std::size_t commands = 0;
};

class Judge {
 public:
  Judge(const Graph& graph, const Plan& plan, const MemoryLayout& layout)
      : plan_(plan), layout_(layout), part_(outline(graph, representativeOperators(graph, 1))) {}

  Judgement run(const Graph& graph, const CompileOptions& options) {
    sketchBlocks(schedules(part_, plan_, options), options.search);
    if (!sketches_.empty()) {
      Graph longer = outline(graph, representativeOperators(graph, 2));
      if (2 * effort(sketches_[0].commands, sketches_[0].cycles) < kLargePart)
        part_ = std::move(longer);
      measureSchedules();
      // With the division given, nothing is left open.
      if (!choices_.empty() && options.streamWords == 0 && options.search)
        measureVariations(*std::ranges::min_element(choices_, {}, &Choice::cycles));
    }
    std::ranges::stable_sort(choices_, {}, &Choice::cycles);
    return {{part_.operators.size(), std::move(choices_)}, reason_};
  }

 private:
  /// Lowers a schedule roughly. False when it does not fit.
  bool sketch(const CompileOptions& options) {
    try {
      Lowering lowering(part_, plan_, layout_, options, tilingOf(options));
      lowering.run();
      lowered_ += lowering.stream().size();
      sketches_.push_back({options, lowering.stream().cycles(), lowering.stream().size()});
      return true;
    } catch (const Unfit& unfit) {
      reason_ = unfit.what();
      return false;
    }
  }

  /// Every row block with the first division of the scratchpad that fits, then other divisions of
  /// the blocks that promise most. Blocks below DIM rows only where no other fits.
  void sketchBlocks(const std::vector<CompileOptions>& all, bool search) {
    const auto alike = [](const CompileOptions& a, const CompileOptions& b) {
      return a.operands == b.operands && a.rowBlock == b.rowBlock;
    };
    std::vector<std::size_t> rest;  // divisions of blocks that fit
    std::size_t blocks = 0;         // that fit, of this kind of schedule
    bool done = false;              // with this kind
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (i == 0 || all[i].operands != all[i - 1].operands) {
        blocks = 0;
        done = false;
      }
      if (blocks != 0 && alike(all[i], sketches_.back().options)) {
        rest.push_back(i);
        continue;
      }
      if (done || (all[i].rowBlock < plan_.dim && !sketches_.empty()) || !sketch(all[i])) continue;
      if (!search) return;
      ++blocks;
      done = blocks == kMostBlocks ||
             (blocks >= (all[i].operands == Operands::Resident ? kLeastResident : kLeastStreamed) &&
              (lowered_ > kLowered || promise(sketches_.back()) > kHopeless));
    }
    std::ranges::stable_sort(sketches_, {}, &Sketch::cycles);
    const std::size_t divided = std::min(sketches_.size(), kDividedBlocks);
    for (std::size_t block = 0; block < divided; ++block)
      for (const std::size_t i : rest) {
        if (lowered_ > 2 * kLowered) return;
        if (alike(all[i], sketches_[block].options)) sketch(all[i]);
      }
  }
  /// Cycles against those of the best.
  [[nodiscard]] double promise(const Sketch& entry) const {
    return static_cast<double>(entry.cycles) /
           static_cast<double>(std::ranges::min_element(sketches_, {}, &Sketch::cycles)->cycles);
  }

  [[nodiscard]] Program compiled(const CompileOptions& options) const {
    Lowering lowering(part_, plan_, layout_, options, tilingOf(options));
    lowering.run();
    return assemble(part_, plan_, layout_, lowering, false);
  }

  /// Returns the effort.
  uint64_t measure(Choice choice, const Program& program) {
    const perf::Run run = perf::estimate(program.commands, program.programAddress, plan_);
    choice.cycles = run.cycles;
    choice.bytes = run.bytesRead + run.bytesWritten;
    choices_.push_back(std::move(choice));
    return effort(program.commands.size(), run.cycles);
  }

  /// Measures the schedules that promise most.
  void measureSchedules() {
    std::ranges::stable_sort(sketches_, {}, &Sketch::cycles);
    std::set<std::tuple<uint32_t, Operands, uint64_t>> known;  // but for the scratchpad's division
    uint64_t measured = 0;
    for (const Sketch& entry : sketches_) {
      if (!choices_.empty() && (measured > kMeasured || choices_.size() == kMostMeasured ||
                                promise(entry) > kHopeless))
        break;
      const CompileOptions& options = entry.options;
      if (!known.emplace(options.rowBlock, options.operands, entry.cycles).second) continue;
      try {
        measured += measure({.options = options, .differs = {}}, compiled(options));
      } catch (const Unfit& unfit) {  // one repetition fits, two do not
        reason_ = unfit.what();
      }
    }
  }

  /// Cuts single operators of a schedule differently, and all together where that helps.
  void measureVariations(const Choice base) {
    const Program program = compiled(base.options);
    std::map<std::string, Choice> better;  // the best variation of an operator
    const std::size_t schedules = choices_.size();
    uint64_t measured = 0;
    for (const Choice& variation : variations(part_, plan_, program, base.options)) {
      if (measured > kVaried || choices_.size() == schedules + kMostVaried) break;
      try {
        const Program varied = compiled(variation.options);
        if (varied.commands == program.commands) continue;
        measured += measure(variation, varied);
      } catch (const Unfit&) {
        continue;
      }
      const Choice& done = choices_.back();
      if (done.cycles >= base.cycles) continue;
      const auto [place, first] = better.try_emplace(done.differs, done);
      if (!first && done.cycles < place->second.cycles) place->second = done;
    }
    if (better.size() < 2) return;
    Choice together = base;
    for (const auto& [shape, choice] : better) adopt(together.options, choice);
    try {
      const Program all = compiled(together.options);
      measure(together, all);
    } catch (const Unfit&) {  // each fits, all do not
    }
  }

  const Plan& plan_;
  const MemoryLayout& layout_;
  Graph part_;
  std::vector<Sketch> sketches_;
  uint64_t lowered_ = 0;
  std::vector<Choice> choices_;
  std::string reason_;
};

}  // namespace

Tiling tilingOf(const CompileOptions& options) {
  return {.rowBlock = options.rowBlock,
          .streamWords = options.streamWords,
          .resultWords = options.resultWords,
          .demandResident = options.operands == Operands::Resident};
}

Judgement judge(const Graph& graph, const Plan& plan, const MemoryLayout& layout,
                const CompileOptions& options) {
  return Judge(graph, plan, layout).run(graph, options);
}

bool fits(const Graph& graph, const Plan& plan, const MemoryLayout& layout,
          const CompileOptions& options) {
  const Graph part = outline(graph, representativeOperators(graph, 1));
  for (const CompileOptions& schedule : schedules(part, plan, options)) {
    try {
      Lowering(part, plan, layout, schedule, tilingOf(schedule)).run();
      return true;
    } catch (const Unfit&) {
    }
  }
  return false;
}

}  // namespace intformer
