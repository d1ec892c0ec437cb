// What is decided before anything is lowered: from numbers alone, and from graphs without integers.

#include <algorithm>

#include "sw/compiler/cuts.hpp"
#include "sw/compiler/outline.hpp"
#include "sw/compiler/strategies.hpp"
#include "sw/model/bert.hpp"
#include "tests/catch.hpp"
#include "tests/compiler/support.hpp"

using namespace intformer;
using namespace intformer::test;
using namespace intformer::compiler;
using namespace intformer::model;

namespace {

Plan numbers() {
  Plan plan;
  plan.dim = 16;
  plan.lanes = 16;
  plan.scratchWords = 16384;
  plan.accRows = 4096;
  plan.statRows = 256;
  return plan;
}

constexpr Frame kFrame{Operands::Resident, 32, {8192, 4096}};
constexpr LinearShape kShape{.rows = 32, .depthPanels = 4, .columnTiles = 24, .constants = 9};

Graph encoder(const std::string& name, uint32_t layers, const std::vector<uint32_t>& lengths) {
  const ModelSpec spec = loadModelSpec("configs/models/" + name + ".toml").spec.value();
  return buildBertEncoder(spec, layers, lengths, 3, EncoderInput::Activations, Integers::Left);
}

struct Case {
  Graph graph = encoder("odd", 2, {77});
  Plan plan = configPlan("edge8");
  MemoryLayout layout = layOutTensors(graph, plan.dim, true);
  Frame frame = proposeFrames(graph, plan, {}).front();
  Schedule schedule = cutOperators(graph, plan, layout, frame, {});
};

}  // namespace

TEST_CASE("a linear operator's commands last 512 cycles where rings and accumulator hold four") {
  CHECK(linearCut(numbers(), kShape, kFrame) == LinearCut{4, 4});  // 4 x 4 tiles of 32 cycles
  Plan small = numbers();
  small.accRows = 3 * 4 * 32;
  CHECK(linearCut(small, kShape, kFrame) == LinearCut{3, 4});
  Frame frame = kFrame;
  frame.division.results = 2 * 4 * 32;
  CHECK(linearCut(numbers(), kShape, frame) == LinearCut{2, 4});
  frame = kFrame;
  frame.division.streamed = 4 * (4 * 16 + 9);
  CHECK(linearCut(numbers(), kShape, frame) == LinearCut{1, 4});
}

TEST_CASE("depth that a quarter of the ring does not hold comes in even chunks of one tile") {
  LinearShape deep = kShape;
  deep.depthPanels = 400;  // (8192 / 4 - 9) / 16 = 127 fit
  CHECK(linearCut(numbers(), deep, kFrame) == LinearCut{1, 100});
  Frame streamed = kFrame;
  streamed.operands = Operands::Streamed;  // 64 panels of 32 rows of the operand fit
  CHECK(linearCut(numbers(), deep, streamed) == LinearCut{1, 58});
}

TEST_CASE("the operator that a program begins with takes two tiles at a time") {
  LinearShape tall = kShape;
  tall.depthPanels = 48;
  CHECK(linearCut(numbers(), tall, kFrame) == LinearCut{1, 48});
  tall.opens = true;
  CHECK(linearCut(numbers(), tall, kFrame) == LinearCut{2, 48});
}

TEST_CASE("wishes for a linear operator end at its size") {
  CHECK(linearCut(numbers(), kShape, kFrame, {3, 0}) == LinearCut{3, 4});
  CHECK(linearCut(numbers(), kShape, kFrame, {99, 99}) == LinearCut{24, 4});
  CHECK(linearCut(numbers(), kShape, kFrame, {3, 2}) == LinearCut{1, 2});
}

TEST_CASE("attention takes the most rows that the memories hold twice, then once") {
  const AttentionShape shape{.rows = 128, .headPanels = 4, .keys = {.keys = 128, .panels = 8}};
  CHECK(attentionCut(numbers(), shape, kFrame) == AttentionCut{32, 0});
  Plan plan = numbers();
  plan.accRows = (2 * 8 + 2 * 4) * 16;
  CHECK(attentionCut(plan, shape, kFrame) == AttentionCut{16, 0});
  plan.accRows = (8 + 2 * 4) * 16;  // one step alone
  CHECK(attentionCut(plan, shape, kFrame) == AttentionCut{16, 0});
  plan.accRows = (8 + 2 * 4) * 16 - 1;  // not all keys for DIM rows
  CHECK(attentionCut(plan, shape, kFrame) == AttentionCut{16, 3 * 16, Logits::Twice});
  plan.accRows = 2 * 4 + 1;
  CHECK_THROWS_AS(attentionCut(plan, shape, kFrame), Unfit);
}

TEST_CASE("wishes for attention are kept, with chunks of whole panels") {
  const AttentionShape shape{.rows = 128, .headPanels = 4, .keys = {.keys = 128, .panels = 8}};
  Plan small = numbers();
  small.accRows = (8 + 2 * 4) * 16 - 1;
  CHECK(attentionCut(numbers(), shape, kFrame, {5, 0}) == AttentionCut{5, 0});
  CHECK(attentionCut(numbers(), shape, kFrame, {0, 20}) == AttentionCut{32, 32, Logits::Twice});
  CHECK(attentionCut(numbers(), shape, kFrame, {0, 999}) == AttentionCut{32, 128, Logits::Twice});
  CHECK_THROWS_AS(attentionCut(small, shape, kFrame, {0, 0, Logits::Accumulator}), Unfit);
  CHECK(attentionCut(numbers(), shape, kFrame, {0, 20, Logits::Scratchpad}) ==
        AttentionCut{32, 32, Logits::Scratchpad});
  CHECK(attentionCut(numbers(), shape, kFrame, {5, 0, Logits::Scratchpad}) ==
        AttentionCut{5, 128, Logits::Scratchpad});
}

TEST_CASE("logits may be kept where the accumulator holds few rows and the lanes have time") {
  const auto shape = [](uint32_t panels, uint32_t headPanels = 4) {
    return AttentionShape{.rows = 128, .headPanels = headPanels,
                          .keys = {.keys = panels * 16, .panels = panels}};
  };
  CHECK(keepLogits(numbers(), shape(60)) == Kept::Never);    // (2 * 60 + 2 * 4) * 32 sums fit
  CHECK(keepLogits(numbers(), shape(61)) == Kept::Perhaps);
  CHECK(keepLogits(numbers(), shape(248)) == Kept::Perhaps);  // (248 + 2 * 4) * 16 fit
  CHECK(keepLogits(numbers(), shape(249)) == Kept::First);
  // A row and panel: four words to move against three products.
  CHECK(keepLogits(numbers(), shape(249, 1)) == Kept::Never);
}

TEST_CASE("logits that are kept have a row and two chunks more, four chunks of keys beside them") {
  const AttentionShape shape{.rows = 128, .headPanels = 4, .keys = {.keys = 4096, .panels = 256}};
  const std::vector<KeptStep> steps = keptSteps(numbers(), shape);
  REQUIRE(steps.size() == 2);  // of 32 rows the logits alone take 16384 words
  CHECK(steps[0].rows == 24);  // 2 * (256 + 4) * 24 + 3 * 24 * 4 words; 10 x (4 * 24 + 4 * 64)
  CHECK(steps[0].panels == 10);
  CHECK(steps[0].words == Division{.streamed = 288 + 2560, .results = 12480 + 960});
  CHECK(steps[1].rows == 16);
  CHECK(steps[1].panels == 24);
  const Frame frame{Operands::Resident, 128, steps[0].words, true};
  CHECK(attentionCut(numbers(), shape, frame, {0, 0, Logits::Scratchpad}) ==
        AttentionCut{24, 160, Logits::Scratchpad});
}

TEST_CASE("steps of attention cover a sequence once per head, inside row blocks, of like size") {
  const auto steps = attentionSteps(2, 10, 70, 100, 32, {.rows = 16}, 4);
  std::vector<uint32_t> next(2, 0);
  for (const QueryRows& step : steps) {
    CHECK(step.first == next[step.head]);
    CHECK(step.rows <= 16);
    CHECK((10 + step.first) / 32 == step.block);
    CHECK((10 + step.first + step.rows - 1) / 32 == step.block);
    next[step.head] += step.rows;
  }
  CHECK(next == std::vector<uint32_t>{70, 70});
  CHECK(steps[0].rows == 12);  // 22 rows to the block's end: 12 and 10
}

TEST_CASE("frames divide the scratchpad, resident ones first, weights loaded seldom before often") {
  const Case c;
  const std::vector<Frame> frames = proposeFrames(c.graph, c.plan, {});
  CHECK(std::ranges::is_sorted(frames, {}, &Frame::operands));
  for (const Frame& frame : frames)
    CHECK(frame.division.streamed + frame.division.results < c.plan.scratchWords);
  CHECK(frames.front().rowBlock == 40);  // two blocks of 77 rows
  for (const Frame& frame : proposeFrames(c.graph, c.plan, {.rowBlock = 7}))
    CHECK(frame.rowBlock == 7);
}

TEST_CASE("a variation cuts operators of one shape, all of them, and together they add up") {
  const Case c;
  const auto variations = vary(c.graph, c.plan, c.layout, c.schedule, {});
  REQUIRE(variations.size() > 4);
  for (const Variation& variation : variations) {
    const std::string shape = operatorShape(c.graph, c.graph.operators[variation.op]);
    CHECK(variation.schedule.frame == c.frame);
    for (std::size_t op = 0; op < c.graph.operators.size(); ++op)
      if (operatorShape(c.graph, c.graph.operators[op]) != shape)
        CHECK(variation.schedule.cuts[op] == c.schedule.cuts[op]);
  }
  Schedule both = c.schedule;
  const Variation& first = variations.front();
  const Variation& last = variations.back();
  REQUIRE(first.op != last.op);
  adopt(both, first.schedule, c.schedule);
  adopt(both, last.schedule, c.schedule);
  CHECK(both.cuts[first.op] == first.schedule.cuts[first.op]);
  CHECK(both.cuts[last.op] == last.schedule.cuts[last.op]);
}

TEST_CASE("a schedule can be read and compared") {
  CHECK(text(kFrame, 16384, 16) == "blocks of 32 rows, resident, 128/64/64 KiB");
  CHECK(text(LinearCut{2, 48}, 16) == "32 columns, depth 768");
  CHECK(text(AttentionCut{16, 0}, 16) == "16 query rows per step");
  CHECK(text(AttentionCut{16, 64, Logits::Twice}, 16) == "16 query rows, 64 keys twice per step");
  CHECK(text(AttentionCut{24, 64, Logits::Scratchpad}, 16) ==
        "24 query rows, logits kept, 64 keys at a time");
  CHECK(text(Cut{}, 16).empty());
  const Case c;
  Schedule other = c.schedule;
  CHECK(other == c.schedule);
  other.cuts.back() = AttentionCut{1, 0};
  CHECK(other != c.schedule);
}

TEST_CASE("an embedding gathers few rows and as many panels as leave three slices in the ring") {
  const Division division{8192, 4096};
  CHECK(embeddingCut(numbers(), 128, 48, 14, division, true) == EmbeddingCut{16, 24, 24});
  CHECK(embeddingCut(numbers(), 128, 48, 14, {8192, 1024}, false) == EmbeddingCut{16, 24, 8});
  CHECK(embeddingCut(numbers(), 5, 3, 14, division, false) == EmbeddingCut{5, 3, 3});
}

TEST_CASE("a LayerNorm takes a quarter of its panels, or what the rings hold") {
  CHECK(normPanels(48, {.streamed = 6}, {8192, 4096}) == 12);
  CHECK(normPanels(48, {.streamed = 6, .results = 512}, {8192, 4096}) == 4);
  CHECK(normPanels(48, {.streamed = 900}, {8192, 4096}) == 3);
  CHECK(normPanels(48, {.streamed = 9000}, {8192, 4096}) == 1);
}
