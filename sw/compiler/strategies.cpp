#include "sw/compiler/strategies.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "gen/tables/operands.hpp"
#include "sw/compiler/constants.hpp"
#include "sw/compiler/context.hpp"
#include "sw/compiler/cuts.hpp"
#include "sw/compiler/outline.hpp"
#include "sw/compiler/tasks.hpp"

namespace intformer::compiler {
namespace {

/// Rows of the tallest operand: blocks larger than it change nothing.
uint32_t tallest(const Graph& graph) {
  uint32_t rows = 1;
  for (const Operator& op : graph.operators)
    rows = std::max(
        rows, match(
                  op, [&](const Linear& linear) { return graph.tensors[linear.input].rows; },
                  [](const Attention& attention) { return attention.rows; },
                  [&](const LayerNorm& norm) { return graph.tensors[norm.input].rows; },
                  [&](const Embedding& embedding) {
                    return graph.tensors[embedding.output].rows;
                  },
                  [&](const Product& product) { return graph.tensors[product.left].rows; }));
  return rows;
}

/// Heights of equal blocks, highest first: weights are loaded once per block. One block alone comes
/// last where two would leave the array enough rows: they hide each other's LayerNorm.
std::vector<uint32_t> residentBlocks(uint32_t rows, uint32_t dim) {
  std::vector<uint32_t> blocks;
  const uint32_t first = rows >= 4 * dim ? 2 : 1;
  for (uint32_t parts = first; parts <= ceilDivide(rows, dim); ++parts) {
    const auto block = static_cast<uint32_t>(roundUp(ceilDivide(rows, parts), dim));
    if (blocks.empty() || block < blocks.back()) blocks.push_back(block);
  }
  if (first != 1) blocks.push_back(static_cast<uint32_t>(roundUp(rows, dim)));
  return blocks;
}

/// For operands that are streamed anyway: fewer choices, and below DIM rows.
std::vector<uint32_t> streamedBlocks(uint32_t rows, uint32_t dim) {
  std::vector<uint32_t> blocks;
  for (auto block = static_cast<uint32_t>(roundUp(rows, dim)); block >= 1;
       block = block > dim ? static_cast<uint32_t>(roundUp(block / 2, dim)) : block / 2)
    blocks.push_back(block);
  return blocks;
}

/// Words that the keys and values of a head take, with an eighth more for the weights beside them;
/// of the largest head.
uint32_t headWords(const Graph& graph, uint32_t dim) {
  uint64_t words = 0;
  for (const Attention* op : operatorsOf<Attention>(graph)) {
    const uint32_t keys = keyShape(*op, dim, false).keysAt(dim, dim);
    words = std::max(words, 2 * roundUp(keys, dim) * ceilDivide(op->headWidth, dim) * 9 / 8);
  }
  return static_cast<uint32_t>(words);
}

/// Divisions of the scratchpad, in sixteenths.
constexpr Division kResidentShares[] = {{4, 1}, {4, 2}, {6, 2}, {2, 1}, {9, 2}, {3, 1}};
constexpr Division kStreamedShares[] = {{8, 4}, {10, 3}, {12, 2}, {6, 6}};
/// Divisions to try for logits that are kept.
constexpr std::size_t kKeptDivisions = 3;

AttentionShape shapeOf(const Attention& op, uint32_t dim, bool all) {
  return {.rows = op.rows,
          .headPanels = ceilDivide(op.headWidth, dim),
          .keys = keyShape(op, dim, all)};
}

/// Divisions that hold the longest rows of logits that may be kept, and a quarter for streams or
/// what these need.
std::vector<Division> keptDivisions(const Graph& graph, const Plan& plan, Fusion fusion) {
  std::vector<KeptStep> longest;
  for (const Attention* op : operatorsOf<Attention>(graph)) {
    const AttentionShape shape = shapeOf(*op, plan.dim, false);
    if (fusion == Fusion::All && keepLogits(plan, shape) == Kept::Never) continue;
    std::vector<KeptStep> steps = keptSteps(plan, shape);
    if (!steps.empty() && (longest.empty() || steps.back().words.results >
                                                  longest.back().words.results))
      longest = std::move(steps);
  }
  std::vector<Division> divisions;
  for (const KeptStep& step : longest) {
    const uint32_t most = plan.scratchWords - step.words.results;
    const uint32_t streamed = std::min(std::max(step.words.streamed, plan.scratchWords / 4), most);
    divisions.push_back({.streamed = streamed, .results = step.words.results});
    if (divisions.size() == kKeptDivisions) break;
  }
  return divisions;
}

/// What the options ask of attention, with so many rows at most.
AttentionWish wishOf(const CompileOptions& options, uint32_t rows) {
  return {.rows = rows, .keys = options.keyChunk, .logits = options.logits, .fusion = options.fusion};
}

/// Cuts the operators of one graph.
class Cutter {
 public:
  Cutter(const Graph& graph, const Plan& plan, const MemoryLayout& layout, const Frame& frame)
      : graph_(graph), plan_(plan), layout_(layout), frame_(frame) {
    const std::vector<Segment> segments = segmentsOf(graph);
    if (!segments.empty()) opening_ = segments[0].ops[0];
  }

  [[nodiscard]] LinearCut cut(uint32_t index, LinearCut wanted) const {
    const auto& op = std::get<Linear>(graph_.operators[index]);
    const TensorLayout& in = layout_.tensors[op.input];
    const TensorLayout& out = layout_.tensors[op.output];
    return linearCut(plan_,
                     {.rows = std::min(frame_.rowBlock, in.rows),
                      .depthPanels = in.panels,
                      .columnTiles = out.panels,
                      .resultWords = out.wordsPerRow,
                      .constants = constantBytes(epilogueOpcode(op)),
                      .opens = index == opening_},
                     frame_, wanted);
  }
  [[nodiscard]] LinearCut cut(const Product& op, LinearCut wanted) const {
    const TensorLayout& left = layout_.tensors[op.left];
    const TensorLayout& out = layout_.tensors[op.output];
    const uint32_t rows = std::min(frame_.rowBlock, left.rows);
    Frame frame = frame_;
    if (!keepsLeft(plan_, frame, uint64_t{left.panels} * rows)) frame.operands = Operands::Streamed;
    return linearCut(plan_,
                     {.rows = rows,
                      .depthPanels = left.panels,
                      .columnTiles = out.panels,
                      .resultWords = out.wordsPerRow,
                      .constants = constantBytes(Opcode::Requantize),
                      .opens = false},
                     frame, wanted);
  }
  /// Throws Unfit.
  AttentionCut cut(const Attention& op, AttentionWish wanted) {
    const AttentionShape shape = shapeOf(op, plan_.dim, keepsWeights(op, layout_));
    const bool unfused = wanted.fusion != Fusion::All;
    if (frame_.keepsLogits && !wanted.logits &&
        (unfused || keepLogits(plan_, shape) != Kept::Never))
      wanted.logits = Logits::Scratchpad;
    const auto [known, fresh] = attention_.try_emplace(shape);
    if (fresh) known->second = attentionCut(plan_, shape, frame_, wanted);
    return known->second;
  }

 private:
  const Graph& graph_;
  const Plan& plan_;
  const MemoryLayout& layout_;
  const Frame& frame_;
  uint32_t opening_ = 0;  ///< the operator that a program begins with
  std::map<AttentionShape, AttentionCut> attention_;  ///< finding one takes long where few fit
};

/// The cut beside which others are tried. A program that ends with all column tiles of an operator
/// has a command for each of them, whatever the cut says (finishProgram() in lower_linear.cpp): of a
/// whole cut, half and double would be the same program again, so others are tried beside one tile.
LinearCut effectiveCut(const Graph& graph, const MemoryLayout& layout, const Schedule& schedule,
                       uint32_t index) {
  const auto& op = std::get<Linear>(graph.operators[index]);
  const auto& cut = std::get<LinearCut>(schedule.cuts[index]);
  const bool ends = segmentsOf(graph).back().ops.back() == index && index != 0 &&
                    !std::holds_alternative<ResidualEpilogue>(op.epilogue) &&
                    graph.tensors[op.input].rows <= schedule.frame.rowBlock &&
                    cut.columnTiles == layout.tensors[op.output].panels &&
                    cut.depthPanels == layout.tensors[op.input].panels;
  return ends ? LinearCut{1, cut.depthPanels} : cut;
}

/// Cuts to try beside one of a linear operator over so much depth.
std::vector<LinearCut> otherCuts(const LinearCut& cut, uint32_t depth, uint32_t dim) {
  std::vector<LinearCut> cuts = {{cut.columnTiles * 2, cut.depthPanels}};
  if (cut.columnTiles > 1) cuts.push_back({cut.columnTiles / 2, cut.depthPanels});
  if (cut.depthPanels > 1) cuts.push_back({cut.columnTiles, ceilDivide(cut.depthPanels, 2)});
  if (cut.depthPanels * dim < depth) cuts.push_back({cut.columnTiles, cut.depthPanels * 2});
  return cuts;
}

/// Fewer query rows for steps of so many.
std::vector<uint32_t> fewerRows(uint32_t rows, uint32_t dim) {
  const auto half = static_cast<uint32_t>(roundUp(rows / 2, dim));
  std::vector<uint32_t> counts;
  if (rows > dim) counts.push_back(half);
  if (rows > dim + half) counts.push_back(rows - dim);
  return counts;
}

/// Query rows of the longest step.
uint32_t longestStep(const Attention& op, const Schedule& schedule, const AttentionCut& cut,
                     const MemoryLayout& layout, uint32_t dim) {
  uint32_t rows = 0;
  for (const QueryRows& step : queryRows(op, cut, schedule.frame, layout, dim))
    rows = std::max(rows, step.rows);
  return rows;
}

/// Cuts attention as `wanted`, where it is `alike`. False: it does not fit.
template <typename Alike>
bool attendBy(const Graph& graph, Cutter cutter, const AttentionWish& wanted, const Alike& alike,
              Schedule& schedule) {
  try {
    for (std::size_t op = 0; op < graph.operators.size(); ++op)
      if (const auto* attention = std::get_if<Attention>(&graph.operators[op]);
          attention != nullptr && alike(*attention))
        schedule.cuts[op] = cutter.cut(*attention, wanted);
    return true;
  } catch (const Unfit&) {
    return false;
  }
}

}  // namespace

std::vector<Frame> proposeFrames(const Graph& graph, const Plan& plan,
                                 const CompileOptions& options) {
  const uint32_t rows = tallest(graph);
  const uint32_t head = headWords(graph, plan.dim);
  std::vector<Division> kept;
  if (!options.logits && options.keyChunk == 0) kept = keptDivisions(graph, plan, options.fusion);
  const bool keptFirst =
      options.fusion != Fusion::All ||
      std::ranges::any_of(operatorsOf<Attention>(graph), [&](const Attention* op) {
        return keepLogits(plan, shapeOf(*op, plan.dim, false)) == Kept::First;
      });
  std::vector<Frame> frames;
  const auto add = [&](Operands operands, std::vector<uint32_t> blocks,
                       std::span<const Division> all) {
    std::vector<Division> divisions;
    for (const Division& share : all)
      divisions.push_back({.streamed = plan.scratchWords * share.streamed / 16,
                           .results = plan.scratchWords * share.results / 16});
    // A ring that holds a head's keys and values, or they are loaded for every step.
    std::ranges::stable_partition(divisions, [&](const Division& division) {
      return division.streamed >= head;
    });
    if (options.rowBlock != 0) blocks = {options.rowBlock};
    for (const uint32_t block : blocks) {
      const auto addAll = [&](const std::vector<Division>& some, bool keepsLogits) {
        for (const Division& division : some)
          frames.push_back({operands, block, division, keepsLogits});
      };
      if (keptFirst) addAll(kept, true);
      addAll(divisions, false);
      if (!keptFirst) addAll(kept, true);
    }
  };
  add(Operands::Resident, residentBlocks(rows, plan.dim), kResidentShares);
  add(Operands::Streamed, streamedBlocks(rows, plan.dim), kStreamedShares);
  return frames;
}

Schedule cutOperators(const Graph& graph, const Plan& plan, const MemoryLayout& layout,
                      const Frame& frame, const CompileOptions& options) {
  Cutter cutter(graph, plan, layout, frame);
  Schedule schedule{.frame = frame, .cuts = std::vector<Cut>(graph.operators.size())};
  for (uint32_t i = 0; i < graph.operators.size(); ++i)
    schedule.cuts[i] = match(
        graph.operators[i],
        [&](const Linear&) -> Cut {
          return cutter.cut(i, {options.columnTiles, options.depthPanels});
        },
        [&](const Attention& op) -> Cut {
          return cutter.cut(op, wishOf(options, options.attentionRows));
        },
        [](const LayerNorm&) { return Cut{}; }, [](const Embedding&) { return Cut{}; },
        [&](const Product& op) -> Cut {
          return cutter.cut(op, {options.columnTiles, options.depthPanels});
        });
  return schedule;
}

std::vector<Variation> vary(const Graph& graph, const Plan& plan, const MemoryLayout& layout,
                            const Schedule& base, const CompileOptions& options) {
  std::vector<std::string> shapes;
  for (const Operator& op : graph.operators) shapes.push_back(operatorShape(graph, op));
  std::vector<Variation> result;
  std::set<std::string> known;
  bool attends = false;  // operators without windows are varied
  for (uint32_t i = 0; i < graph.operators.size(); ++i) {
    if (!known.insert(shapes[i]).second) continue;
    const Cutter cutter(graph, plan, layout, base.frame);
    match(
        graph.operators[i],
        [&](const Linear& op) {
          for (const LinearCut& wanted :
               otherCuts(effectiveCut(graph, layout, base, i), op.depth, plan.dim)) {
            Schedule& schedule = result.emplace_back(Variation{i, base}).schedule;
            for (uint32_t other = i; other < shapes.size(); ++other)
              if (shapes[other] == shapes[i]) schedule.cuts[other] = cutter.cut(other, wanted);
          }
        },
        [&](const Attention& op) {
          // Operators without windows are cut alike, whatever their shape.
          const bool windows = hasWindows(op, keepsWeights(op, layout));
          if (options.attentionRows != 0 || (!windows && std::exchange(attends, true))) return;
          const auto& cut = std::get<AttentionCut>(base.cuts[i]);
          const uint32_t rows = longestStep(op, base, cut, layout, plan.dim);
          std::vector<uint32_t> counts = fewerRows(rows, plan.dim);
          // A step loads its windows anew: twice the rows may be worth having no step beside it.
          if (windows) counts.push_back(2 * rows);
          const auto isAlike = [&](const Attention& other) {
            return windows ? Traits<Attention>::shape(graph, other) == shapes[i]
                           : !hasWindows(other, keepsWeights(other, layout));
          };
          for (const uint32_t count : counts) {
            Variation variation{i, base};
            if (attendBy(graph, cutter, wishOf(options, count), isAlike, variation.schedule))
              result.push_back(std::move(variation));
          }
        },
        [](const LayerNorm&) {}, [](const Embedding&) {},
        [&](const Product& product) {
          const auto& cut = std::get<LinearCut>(base.cuts[i]);
          for (const LinearCut& wanted : otherCuts(cut, depthOf(graph, product), plan.dim)) {
            Schedule& schedule = result.emplace_back(Variation{i, base}).schedule;
            for (uint32_t other = i; other < shapes.size(); ++other)
              if (shapes[other] == shapes[i])
                schedule.cuts[other] =
                    cutter.cut(std::get<Product>(graph.operators[other]), wanted);
          }
        });
  }
  return result;
}

void adopt(Schedule& schedule, const Schedule& variation, const Schedule& base) {
  for (std::size_t op = 0; op < base.cuts.size(); ++op)
    if (variation.cuts[op] != base.cuts[op]) schedule.cuts[op] = variation.cuts[op];
}

}  // namespace intformer::compiler
