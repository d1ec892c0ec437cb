#include "sw/model/pattern.hpp"

#include <functional>
#include <set>

#include "tests/catch.hpp"

using namespace intformer;
using namespace intformer::model;

namespace {

using Pairs = std::set<std::pair<uint32_t, uint32_t>>;

/// Pairs of a query and a key of a sequence that begins in row 7 of its tensors.
Pairs pairsOf(const AttentionPattern& pattern, uint32_t rows, uint32_t layer = 0) {
  constexpr uint32_t kFirst = 7;
  Random random(1);
  KeySegment whole{.key = 0, .value = 1, .firstRow = kFirst, .rows = rows};
  whole.mask.high = static_cast<int32_t>(rows);
  Pairs pairs;
  std::set<uint32_t> queries;
  for (const PatternPart& part : expand(pattern, whole, layer, random))
    for (uint32_t i = 0; i < part.queries.rows; ++i) {
      const uint32_t query = part.queries.at(i) - kFirst;
      REQUIRE(queries.insert(query).second);
      for (const KeySegment& segment : part.segments) {
        const ColumnRange valid = segment.valid(i);
        for (uint32_t j = valid.low; j < valid.high; ++j) {
          const uint32_t key = segment.set().at(j) - kFirst;
          REQUIRE(key < rows);
          REQUIRE(pairs.emplace(query, key).second);  // none is met twice
        }
      }
    }
  REQUIRE(queries.size() == rows);
  REQUIRE(*queries.rbegin() == rows - 1);
  return pairs;
}

Pairs pairsThat(uint32_t rows, const std::function<bool(int64_t, int64_t)>& seen) {
  Pairs pairs;
  for (uint32_t i = 0; i < rows; ++i)
    for (uint32_t j = 0; j < rows; ++j)
      if (seen(i, j)) pairs.emplace(i, j);
  return pairs;
}

}  // namespace

TEST_CASE("patterns see what their papers' formulas say", "[pattern]") {
  const uint32_t rows = GENERATE(1U, 2U, 12U, 13U, 50U, 61U);
  INFO(rows << " rows");
  CHECK(pairsOf({}, rows) == pairsThat(rows, [](int64_t, int64_t) { return true; }));
  CHECK(pairsOf({.kind = PatternKind::Causal}, rows) ==
        pairsThat(rows, [](int64_t i, int64_t j) { return j <= i; }));
  CHECK(pairsOf({.kind = PatternKind::Sliding, .window = 6}, rows) ==
        pairsThat(rows, [](int64_t i, int64_t j) { return std::abs(i - j) <= 3; }));
  CHECK(pairsOf({.kind = PatternKind::Sliding, .window = 4, .dilation = 3}, rows) ==
        pairsThat(rows, [](int64_t i, int64_t j) {
          return (i - j) % 3 == 0 && std::abs(i - j) <= 6;
        }));
  CHECK(pairsOf({.kind = PatternKind::Sliding, .window = 6, .global = 4}, rows) ==
        pairsThat(rows, [](int64_t i, int64_t j) {
          return i < 4 || j < 4 || std::abs(i - j) <= 3;
        }));
  CHECK(pairsOf({.kind = PatternKind::Blocks, .block = 5}, rows) ==
        pairsThat(rows, [](int64_t i, int64_t j) { return i / 5 == j / 5; }));
  CHECK(pairsOf({.kind = PatternKind::BigBird, .window = 3, .global = 2, .block = 4}, rows) ==
        pairsThat(rows, [](int64_t i, int64_t j) {
          return i / 4 < 2 || j / 4 < 2 || std::abs(i / 4 - j / 4) <= 1;
        }));
  const AttentionPattern strided{.kind = PatternKind::Strided, .stride = 5};
  CHECK(pairsOf(strided, rows, 0) ==
        pairsThat(rows, [](int64_t i, int64_t j) { return j <= i && i - j < 5; }));
  CHECK(pairsOf(strided, rows, 1) ==
        pairsThat(rows, [](int64_t i, int64_t j) { return j <= i && (i - j) % 5 == 0; }));
  CHECK(pairsOf({.kind = PatternKind::Fixed, .stride = 12, .summary = 3}, rows) ==
        pairsThat(rows, [](int64_t i, int64_t j) {
          return i / 12 == j / 12 ? j <= i : j < i && j % 12 >= 9;
        }));
}

TEST_CASE("random blocks are as many as asked for, whole, and others than the neighbours",
          "[pattern]") {
  const AttentionPattern pattern{.kind = PatternKind::BigBird, .window = 3, .global = 1, .block = 4,
                                 .random = 2};
  constexpr uint32_t kRows = 48;
  std::vector<std::set<uint32_t>> seen(kRows / 4);
  const Pairs pairs = pairsOf(pattern, kRows);
  for (const auto& [i, j] : pairs) seen[i / 4].insert(j / 4);
  uint32_t beyond = 0;
  for (uint32_t block = 1; block < seen.size(); ++block) {
    uint32_t random = 0;
    for (const uint32_t other : seen[block])
      random += other != 0 && (other + 1 < block || other > block + 1);
    CHECK(random == 2);
    beyond += seen[block].contains(seen.size() - 1);
    for (uint32_t i = 4 * block; i < 4 * block + 4; ++i)
      for (const uint32_t other : seen[block])
        for (uint32_t j = 4 * other; j < 4 * other + 4; ++j) CHECK(pairs.contains({i, j}));
  }
  CHECK(beyond > 2);  // not always the same ones
  CHECK(beyond < seen.size() - 1);
}
