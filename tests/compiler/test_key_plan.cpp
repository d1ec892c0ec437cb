#include "sw/compiler/key_plan.hpp"

#include "sw/compiler/layout.hpp"
#include "sw/compiler/mask_parts.hpp"
#include "tests/catch.hpp"
#include "tests/graph/random_pattern.hpp"

using namespace intformer;
using namespace intformer::compiler;

namespace {

Attention windows(uint32_t rows, int32_t before, int32_t after) {
  Attention op;
  op.rows = rows;
  op.heads = op.keyHeads = 1;
  op.headWidth = 16;
  op.segments = {ownKeys(op, 0, 1, {-before, after + 1, true, true})};
  return op;
}

}  // namespace

TEST_CASE("a window's plan has the tiles around its step, and no others", "[key_plan]") {
  const Attention op = windows(4096, 128, 128);
  CHECK(planKeys(op, 1024, 32, 16, false) == KeyPlan{{0, 896, 288, 0}});
  CHECK(planKeys(op, 0, 32, 16, false) == KeyPlan{{0, 0, 160, 0}});
  CHECK(planKeys(op, 4090, 6, 16, false) == KeyPlan{{0, 3952, 144, 0}});
  CHECK(planKeys(op, 1024, 32, 16, true) == KeyPlan{{0, 0, 4096, 0}});
  const KeyShape shape = keyShape(op, 16, false);
  CHECK(shape.panelsAt(32, 16) == 19);  // 257 + 31 columns, in one tile more where they begin in it
  CHECK(shape.keysAt(32, 16) == 19 * 16);
}

TEST_CASE("queries that see nothing get one tile, whose weights are zero", "[key_plan]") {
  Attention op = windows(64, 0, 0);
  op.segments[0].mask = {50, 64, false, false};
  op.segments[0].mask.high = 50;
  CHECK(planKeys(op, 0, 16, 16, false) == KeyPlan{{0, 0, 16, 0}});
}

TEST_CASE("chunks cut a plan into whole panels and lose no key", "[key_plan]") {
  const KeyPlan plan = {{0, 0, 40, 0}, {1, 16, 100, 3}, {2, 0, 5, 10}};
  const std::vector<KeyPlan> chunks = chunksOf(plan, 4, 16);
  CHECK(chunks == std::vector<KeyPlan>{{{0, 0, 40, 0}, {1, 16, 16, 3}},
                                       {{1, 32, 64, 0}},
                                       {{1, 96, 20, 0}, {2, 0, 5, 2}}});
}

TEST_CASE("plans meet every valid pair, and the shape bounds them", "[key_plan]") {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    model::Random random(seed);
    const Graph graph = test::randomPattern({.most = 90}, random);
    for (const Attention* op : operatorsOf<Attention>(graph)) {
      const uint32_t dim = 4U << random.below(3), rows = 1 + random.below(op->rows);
      const KeyShape shape = keyShape(*op, dim, false);
      for (uint32_t first = 0; first < op->rows; first += rows) {
        const uint32_t count = std::min(rows, op->rows - first);
        const KeyPlan plan = planKeys(*op, first, count, dim, false);
        INFO("seed " << seed << " " << op->name << " queries " << first);
        CHECK(panelsOf(plan, dim) <= shape.panelsAt(count, dim));
        CHECK(keysOf(plan) <= shape.keysAt(count, dim));
        for (uint32_t s = 0; s < op->segments.size(); ++s) {
          std::vector<bool> met(op->segments[s].rows);
          for (const KeyPiece& piece : plan)
            if (piece.segment == s)
              std::fill_n(met.begin() + piece.first, piece.rows, true);
          for (uint32_t i = first; i < first + count; ++i) {
            const ColumnRange valid = op->segments[s].valid(i);
            for (uint32_t j = valid.low; j < valid.high; ++j) REQUIRE(met[j]);
          }
        }
      }
    }
  }
}

TEST_CASE("commands see the mask that the segment has, wherever its positions begin", "[key_plan]") {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    model::Random random(seed);
    const Graph graph = test::randomPattern({.most = 60}, random);
    for (const Attention* op : operatorsOf<Attention>(graph))
      for (const KeyPiece& piece : planKeys(*op, 0, op->rows, 8, false)) {
        const KeySegment& segment = op->segments[piece.segment];
        uint32_t covered = 0;
        for (const MaskPart& part : maskParts(*op, piece, 0, op->rows)) {
          REQUIRE(part.offset == covered);
          covered += part.rows;
          REQUIRE(part.rowPosition + part.rows <= 65536);
          for (uint32_t r = 0; r < part.rows; ++r)
            for (uint32_t c = 0; c < roundUp(piece.rows, 8); ++c) {
              // As the device has it: 16-bit positions, an interval that moves with the row.
              const int64_t row = part.rowPosition + r, column = part.columnPosition + c;
              const bool seen = column >= part.low + (part.lowMoves ? row : 0) &&
                                column < part.high + (part.highMoves ? row : 0);
              const uint32_t query = part.offset + r, key = piece.first + c;
              const ColumnRange valid = segment.valid(query);
              INFO("seed " << seed << " query " << query << " key " << key);
              REQUIRE(seen == (key >= valid.low && key < valid.high));
              REQUIRE((row + column) % 256 ==
                      (op->position + query + segment.position + key) % 256);
            }
        }
        REQUIRE(covered == op->rows);
      }
  }
}
