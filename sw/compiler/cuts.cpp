#include "sw/compiler/cuts.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "sw/compiler/layout.hpp"

namespace intformer::compiler {
namespace {

/// Array cycles that a matmul command should last at least: the cost of starting a vector command
/// and a load must disappear beside it.
constexpr uint32_t kCommandCycles = 512;
/// Rows that an embedding gathers and sums up at a time, or DIM.
constexpr uint32_t kSliceRows = 16;
/// Commands that a block's normalization is cut into.
constexpr uint32_t kNormPieces = 4;

/// Row counts to try, best first: multiples of DIM keep the array busy, fewer rows only waste it.
std::vector<uint32_t> rowChoices(uint32_t most, uint32_t dim) {
  std::vector<uint32_t> choices;
  for (uint32_t rows = static_cast<uint32_t>(roundUp(most, dim)); rows >= dim; rows -= dim)
    choices.push_back(rows);
  for (uint32_t rows = dim / 2; rows >= 1; rows /= 2) choices.push_back(rows);
  return choices;
}

/// Query rows beyond which a step meets an eighth more keys than each of them: their windows begin
/// one column further each.
uint32_t rowsOfWindows(const KeyShape& keys, uint32_t dim) {
  uint32_t width = 0;
  for (const KeyShape::Window& window : keys.windows) width = std::max(width, window.width);
  if (width == 0) return ~uint32_t{0};
  return std::max(width / 8 / dim, 1U) * dim;
}

/// Rows of the next step when `left` are left: steps of like size, because a short one cannot hide
/// the softmax of a long one.
uint32_t evenStep(uint32_t left, uint32_t most, uint32_t dim) {
  const uint32_t even = ceilDivide(left, ceilDivide(left, most));
  return std::min({left, most, static_cast<uint32_t>(roundUp(even, dim))});
}

/// The same for steps that keep their logits: more rows are no better than four tiles of them, as
/// their keys take the port an eighth of the array's time then, and half a tile more may fit.
std::vector<uint32_t> keptRows(uint32_t most, uint32_t dim) {
  std::vector<uint32_t> choices = {std::min(most, 4 * dim)};
  for (uint32_t rows = (choices[0] - 1) / (dim / 2) * (dim / 2); rows >= dim; rows -= dim / 2)
    choices.push_back(rows);
  return choices;
}

/// A step that keeps its logits, of so many rows and at most so many panels at a time; none: there is
/// no room. Weights take the place of their logits while the next step's logits come in, chunk by chunk,
/// and leave with their products; two chunks more are on their way. Four chunks of keys and values:
/// in use, and loading.
std::optional<KeptStep> keptStep(const Plan& plan, const AttentionShape& shape, uint32_t rows,
                                 const std::optional<Division>& room, uint32_t mostPanels) {
  const uint32_t all = shape.keys.panelsAt(rows, plan.dim), head = shape.headPanels;
  if (3 * rows > plan.statRows || 2 * (head + 1) * rows > plan.accRows) return std::nullopt;
  const Division fixed{.streamed = 3 * rows * head, .results = 2 * (all + head) * rows};
  const Division ofPanel{.streamed = 4 * plan.dim * head, .results = 4 * rows};
  uint32_t panels = std::min({all, mostPanels, plan.accRows / (2 * rows) - head});
  const auto limit = [&](uint32_t words, uint32_t needed, uint32_t each) {
    panels = std::min(panels, words < needed ? 0 : (words - needed) / each);
  };
  if (room) {
    limit(room->streamed, fixed.streamed, ofPanel.streamed);
    limit(room->results, fixed.results, ofPanel.results);
  } else {
    limit(plan.scratchWords, fixed.streamed + fixed.results, ofPanel.streamed + ofPanel.results);
  }
  if (panels == 0) return std::nullopt;
  return KeptStep{.rows = rows,
                  .panels = panels,
                  .words = {.streamed = fixed.streamed + panels * ofPanel.streamed,
                            .results = fixed.results + panels * ofPanel.results}};
}

/// Whether logits that are kept cost less than those that are computed twice, by the cycles of a row and
/// a panel of keys: three or two products in the array, and two passes through the lanes, in which a
/// row that is kept has two words.
bool keepingPays(const Plan& plan, const AttentionShape& shape) {
  const uint32_t pass = plan.beatsPerWord();
  return std::max(2 * shape.headPanels, 2 * std::max(pass, 2U)) <
         std::max(3 * shape.headPanels, 2 * pass);
}

/// What a frame has room for of an attention operator, way by way of its logits.
class AttentionRoom {
 public:
  /// `most` rows of a step, or exactly so many; at most so many panels of keys at a time, where these
  /// are taken in chunks.
  AttentionRoom(const Plan& plan, const AttentionShape& shape, const Division& division,
                uint32_t most, bool exactly, uint32_t mostPanels)
      : plan_(plan), shape_(shape), division_(division), most_(most), exactly_(exactly),
        mostPanels_(mostPanels) {}

  [[nodiscard]] std::optional<AttentionCut> inAccumulator() const {
    // Keys and values of a head, and the keys of the next; of few large heads without these.
    for (const auto& [spare, heldHeads] : {std::pair{1U, 3U}, {0U, 3U}, {1U, 2U}, {0U, 2U}})
      for (const uint32_t rows : choices())
        if ((rows >= plan_.dim || rows >= most_) &&
            fits(rows, shape_.keys.panelsAt(rows, plan_.dim), shape_.keys.heldAt(rows, plan_.dim),
                 spare, heldHeads))
          return AttentionCut{.rows = std::min(rows, most_), .keys = 0,
                              .logits = Logits::Accumulator};
    return std::nullopt;
  }

  [[nodiscard]] std::optional<AttentionCut> inScratchpad() const {
    std::optional<KeptStep> best;
    for (const uint32_t rows : exactly_ ? std::vector{most_} : keptRows(most_, plan_.dim)) {
      const auto step = keptStep(plan_, shape_, rows, division_, mostPanels_);
      if (!step || (best && step->panels * rows <= best->panels * best->rows)) continue;
      best = step;
      if (step->panels * shape_.headPanels * rows >= kCommandCycles) break;
    }
    if (!best) return std::nullopt;
    return AttentionCut{.rows = best->rows, .keys = best->panels * plan_.dim,
                        .logits = Logits::Scratchpad};
  }

  [[nodiscard]] std::optional<AttentionCut> twice() const {
    for (const uint32_t rows : choices()) {
      const uint32_t all = shape_.keys.panelsAt(rows, plan_.dim);
      for (uint32_t panels = std::min(mostPanels_, all); panels >= 1; --panels)
        if (fits(rows, panels, std::min(panels * plan_.dim, shape_.keys.keys), 1, 3))
          return AttentionCut{.rows = std::min(rows, most_), .keys = panels * plan_.dim,
                              .logits = Logits::Twice};
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] std::vector<uint32_t> choices() const {
    return exactly_ ? std::vector{most_} : rowChoices(most_, plan_.dim);
  }
  /// Accumulator rows, words of results, statistics slots, streamed words; `spare`: copies of a
  /// step's data beyond what is needed at once.
  [[nodiscard]] bool fits(uint32_t rows, uint32_t panels, uint32_t heldKeys, uint32_t spare,
                          uint32_t heldHeads) const {
    rows = std::min(rows, shape_.rows);
    return (panels * (1 + spare) + shape_.headPanels * 2) * rows <= plan_.accRows &&
           (panels * (2 + spare) + shape_.headPanels) * rows <= division_.results &&
           (2 + spare) * rows <= plan_.statRows &&
           (heldHeads * heldKeys + 3 * rows) * shape_.headPanels <= division_.streamed;
  }

  const Plan& plan_;
  const AttentionShape& shape_;
  const Division& division_;
  uint32_t most_;
  bool exactly_;
  uint32_t mostPanels_;
};

}  // namespace

bool keepsLeft(const Plan& plan, const Frame& frame, uint64_t words) {
  const Division& division = frame.division;
  return 2 * words + division.streamed + division.results <= plan.scratchWords;
}

LinearCut linearCut(const Plan& plan, const LinearShape& shape, const Frame& frame,
                    LinearCut wanted) {
  const uint32_t rows = shape.rows;
  const uint32_t share = frame.division.streamed / 4;  // four chunks: loading, waiting, in use
  uint32_t depth = share > shape.constants ? (share - shape.constants) / plan.dim : 1;
  if (frame.operands == Operands::Streamed) depth = std::min(depth, share / rows);
  if (wanted.depthPanels != 0) depth = wanted.depthPanels;
  depth = std::clamp(depth, 1U, shape.depthPanels);
  const uint32_t chunks = ceilDivide(shape.depthPanels, depth);

  const uint32_t weights = shape.depthPanels * plan.dim + shape.constants;  // words of a tile
  const uint32_t results = rows * shape.resultWords;
  uint32_t tiles = ceilDivide(kCommandCycles, shape.depthPanels * std::max(rows, plan.dim));
  tiles = std::min({tiles, plan.accRows / (4 * rows), share / weights, share / (2 * rows),
                    frame.division.results / (4 * results)});
  const bool pairFits = plan.accRows >= 8 * rows && share >= 2 * weights && share >= 4 * rows &&
                        frame.division.results >= 8 * results;
  // While the program's first operand arrives, two tiles keep the array busy, one does not.
  if (shape.opens && pairFits) tiles = std::max(tiles, 2U);
  if (wanted.columnTiles != 0) tiles = wanted.columnTiles;
  if (chunks > 1) tiles = 1;
  return {.columnTiles = std::clamp(tiles, 1U, shape.columnTiles),
          .depthPanels = ceilDivide(shape.depthPanels, chunks)};
}

Kept keepLogits(const Plan& plan, const AttentionShape& shape) {
  const auto fit = [&](uint32_t tiles, uint32_t steps) {
    const uint32_t rows = std::min(shape.rows, tiles * plan.dim);
    const uint32_t all = shape.keys.panelsAt(rows, plan.dim);
    return (steps * all + 2 * shape.headPanels) * rows <= plan.accRows;
  };
  if (fit(2, 2) || !keepingPays(plan, shape)) return Kept::Never;
  return fit(1, 1) ? Kept::Perhaps : Kept::First;
}

std::vector<KeptStep> keptSteps(const Plan& plan, const AttentionShape& shape) {
  std::vector<KeptStep> steps;
  const uint32_t all = shape.keys.panelsAt(shape.rows, plan.dim);
  for (const uint32_t rows : keptRows(shape.rows, plan.dim))
    if (const auto step = keptStep(plan, shape, rows, std::nullopt, all)) steps.push_back(*step);
  return steps;
}

AttentionCut attentionCut(const Plan& plan, const AttentionShape& shape, const Frame& frame,
                          const AttentionWish& wanted) {
  uint32_t most = std::min({frame.rowBlock, shape.rows, rowsOfWindows(shape.keys, plan.dim)});
  if (wanted.rows != 0) most = std::min(most, wanted.rows);
  const AttentionRoom room{plan, shape, frame.division, most, wanted.rows != 0,
                           wanted.keys != 0 ? ceilDivide(wanted.keys, plan.dim) : ~uint32_t{0}};
  const auto mayBe = [&](Logits way) { return !wanted.logits || *wanted.logits == way; };
  std::optional<AttentionCut> cut;
  if (wanted.logits == Logits::Scratchpad) cut = room.inScratchpad();
  if (wanted.keys == 0 && mayBe(Logits::Accumulator) && wanted.fusion == Fusion::All)
    cut = room.inAccumulator();
  if (!cut && mayBe(Logits::Twice)) cut = room.twice();
  if (!cut) throw Unfit("one attention step does not fit accumulator, statistics and scratchpad");
  cut->fusion = wanted.fusion;
  return *cut;
}

std::vector<QueryRows> attentionSteps(uint32_t heads, uint32_t first, uint32_t rows,
                                      uint32_t total, uint32_t rowBlock, const AttentionCut& cut,
                                      uint32_t dim) {
  std::vector<QueryRows> steps;
  for (uint32_t head = 0; head < heads; ++head)
    for (uint32_t row = first; row < first + rows;) {
      const RowBlock block = rowBlockAt(row / rowBlock, rowBlock, total);
      const uint32_t end = std::min(first + rows, block.first + block.rows);
      const uint32_t count = evenStep(end - row, cut.rows, dim);
      steps.push_back({head, row - first, count, block.index});
      row += count;
    }
  return steps;
}

EmbeddingCut embeddingCut(const Plan& plan, uint32_t rows, uint32_t panels, uint32_t constants,
                          const Division& division, bool resident) {
  EmbeddingCut cut;
  cut.rows = static_cast<uint32_t>(std::min<uint64_t>(rows, roundUp(kSliceRows, plan.dim)));
  const uint32_t most =
      std::clamp(division.streamed / (12 * cut.rows + 2 * constants), 1U, panels);
  cut.panels = ceilDivide(panels, ceilDivide(panels, most));
  uint32_t tiles = plan.accRows / (4 * cut.rows);
  if (!resident) tiles = std::min(tiles, division.results / (8 * cut.rows));
  cut.tiles = std::clamp(tiles, 1U, cut.panels);
  return cut;
}

uint32_t normPanels(uint32_t panels, const NormWords& words, const Division& division) {
  uint32_t most = ceilDivide(panels, kNormPieces);
  most = std::min(most, division.streamed / (3 * words.streamed));
  if (words.results != 0) most = std::min(most, division.results / (2 * words.results));
  return std::clamp(most, 1U, panels);
}

}  // namespace intformer::compiler
