#include <verilated.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <random>

#include "Varray_bench8.h"
#include "Varray_bench8_added.h"
#include "Varray_bench8_mixed.h"
#include "Varray_bench8_pairs.h"
#include "tests/catch.hpp"

namespace intformer::test {
namespace {

constexpr int kDim = 8;
using Row = std::array<int32_t, kDim>;
using Tile = std::array<std::array<int8_t, kDim>, kDim>;  // [depth][column]

/// Streams tiles of random length with random bubbles, weights entering at random moments, and
/// compares each result row with a plain dot product.
template <typename Array>
void stream(uint32_t seed, int tiles, int bubblePercent) {
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const auto upTo = [&](int last) { return std::uniform_int_distribution<int>(0, last)(random); };
  VerilatedContext context;
  Array top{&context};
  std::deque<Row> expected;
  uint64_t compared = 0;
  uint32_t soon = 0;  // bit k: announced k cycles ago
  const auto tick = [&] {
    top.clk_i = 0;
    top.eval();
    soon |= top.rst_ni && top.sum_soon_o;
    if (soon & 4) {
      REQUIRE_FALSE(expected.empty());
      Row sum;
      std::memcpy(sum.data(), &top.sum_data_o, sizeof sum);
      REQUIRE(sum == expected.front());
      expected.pop_front();
      ++compared;
    }
    soon <<= 1;
    top.clk_i = 1;
    top.eval();
  };
  top.rst_ni = 0;
  tick();
  tick();
  top.rst_ni = 1;

  Tile next{}, active{};
  int loaded = 0, rows = 0;
  bool transposed = upTo(1) != 0;
  for (int tile = 0; tile < tiles;) {
    const bool bubble = upTo(99) < bubblePercent;
    const bool swap = !bubble && rows == 0;
    top.row_valid_i = !bubble && (rows > 0 || loaded == kDim);
    top.row_swap_i = top.row_valid_i && swap;
    if (top.row_swap_i) {
      active = next;
      loaded = 0;
      transposed = upTo(1) != 0;
      rows = kDim + upTo(10);
      ++tile;
    }
    if (top.row_valid_i) {
      std::array<uint8_t, kDim> bytes{};
      for (auto& b : bytes) b = static_cast<uint8_t>(upTo(3) == 0 ? 128 * upTo(1) : upTo(255));
      top.row_unsigned_i = upTo(1);
      std::memcpy(&top.row_data_i, bytes.data(), kDim);
      Row sum{};
      for (int d = 0; d < kDim; ++d)
        for (int c = 0; c < kDim; ++c)
          sum[c] += (top.row_unsigned_i ? int{bytes[d]} : int{static_cast<int8_t>(bytes[d])}) *
                    active[d][c];
      expected.push_back(sum);
      --rows;
    }
    // A word may enter in the very cycle of the swap before it.
    top.weight_valid_i = loaded < kDim && upTo(99) >= bubblePercent;
    if (top.weight_valid_i) {
      std::array<int8_t, kDim> bytes{};
      for (auto& b : bytes) b = static_cast<int8_t>(upTo(3) == 0 ? 127 + upTo(1) : upTo(255));
      top.weight_index_i = static_cast<uint8_t>(loaded);
      top.weight_transposed_i = transposed;
      std::memcpy(&top.weight_data_i, bytes.data(), kDim);
      for (int i = 0; i < kDim; ++i) (transposed ? next[i][loaded] : next[loaded][i]) = bytes[i];
      ++loaded;
    }
    tick();
  }
  top.row_valid_i = top.weight_valid_i = 0;
  for (int i = 0; i < kDim + 3; ++i) tick();
  CHECK(expected.empty());
  CHECK(compared > 100);
  top.final();
}

}  // namespace

TEMPLATE_TEST_CASE("the array multiplies tile after tile without a gap", "", Varray_bench8,
                   Varray_bench8_pairs, Varray_bench8_mixed, Varray_bench8_added) {
  stream<TestType>(1, 2000, 0);
}
TEMPLATE_TEST_CASE("bubbles between rows and weights change nothing", "", Varray_bench8,
                   Varray_bench8_pairs, Varray_bench8_mixed, Varray_bench8_added) {
  stream<TestType>(2, 1000, 30);
  stream<TestType>(3, 300, 80);
}

}  // namespace intformer::test
