#include "sw/compiler/cuts.hpp"

#include <algorithm>
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

}  // namespace

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

AttentionCut attentionCut(const Plan& plan, const AttentionShape& shape, const Frame& frame,
                          AttentionCut wanted) {
  const uint32_t dim = plan.dim;
  // Accumulator rows, words of results, statistics slots, streamed words; `spare`: copies of a
  // step's data beyond what is needed at once.
  const auto fits = [&](uint32_t rows, uint32_t panels, uint32_t heldKeys, uint32_t spare,
                        uint32_t heldHeads = 3) {
    rows = std::min(rows, shape.rows);
    return (panels * (1 + spare) + shape.headPanels * 2) * rows <= plan.accRows &&
           (panels * (2 + spare) + shape.headPanels) * rows <= frame.division.results &&
           (2 + spare) * rows <= plan.statRows &&
           (heldHeads * heldKeys + 3 * rows) * shape.headPanels <= frame.division.streamed;
  };
  uint32_t most = std::min({frame.rowBlock, shape.rows, rowsOfWindows(shape.keys, dim)});
  if (wanted.rows != 0) most = std::min(most, wanted.rows);
  const auto choices = wanted.rows != 0 ? std::vector{most} : rowChoices(most, dim);
  if (wanted.keys == 0)
    // Keys and values of a head, and the keys of the next; of few large heads without these.
    for (const auto& [spare, heldHeads] : {std::pair{1U, 3U}, {0U, 3U}, {1U, 2U}, {0U, 2U}})
      for (const uint32_t rows : choices)
        if ((rows >= dim || rows >= most) && fits(rows, shape.keys.panelsAt(rows, dim),
                                                  shape.keys.heldAt(rows, dim), spare, heldHeads))
          return {.rows = std::min(rows, most), .keys = 0};
  for (const uint32_t rows : choices) {
    const uint32_t all = shape.keys.panelsAt(rows, dim);
    for (uint32_t panels = wanted.keys != 0 ? std::min(ceilDivide(wanted.keys, dim), all) : all;
         panels >= 1; --panels)
      if (fits(rows, panels, std::min(panels * dim, shape.keys.keys), 1))
        return {.rows = std::min(rows, most), .keys = panels * dim};
  }
  throw Unfit("one attention step does not fit accumulator, statistics and scratchpad");
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
