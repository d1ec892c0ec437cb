#include <random>

#include "Vmatmul_bench16.h"
#include "Vmatmul_bench4.h"
#include "Vmatmul_bench8.h"
#include "tests/rtl_matmul/bench.hpp"

namespace intformer::test {
namespace {

using Bench4 = Bench<Vmatmul_bench4, 4>;
using Bench8 = Bench<Vmatmul_bench8, 8>;
using Bench16 = Bench<Vmatmul_bench16, 16>;

Command matmul(uint32_t rows, uint32_t depth, uint32_t cols, bool transposed) {
  Command command(Opcode::Matmul);
  command.set(Field::MatmulRows, rows).set(Field::Depth, depth).set(Field::Cols, cols);
  command.set(Field::AStride, rows).set(Field::BStride, transposed ? cols : depth);
  command.set(Field::BAddr, 1024).set(Field::CStride, rows).set(Field::BTransposed, transposed);
  return command;
}

template <typename B>
void longCommand(bool transposed) {
  constexpr uint32_t dim = B::kDim, rows = dim == 16 ? 63 : 64;
  B bench;
  bench.fillScratch([] { return uint8_t{0}; });
  const uint64_t start = bench.cycle;
  bench.issue(matmul(rows, 8 * dim, 4 * dim, transposed), 0);
  bench.drain();
  const uint64_t ideal = rows * 8 * 4;
  REQUIRE(bench.done.size() == 1);
  const uint64_t cycles = bench.done[0].cycle - start;
  INFO("dim " << dim << ": " << cycles << " cycles, " << ideal << " rows");
  CHECK(bench.rows == ideal);
  CHECK(bench.lastRow - bench.firstRow + 1 == ideal);
  CHECK(cycles <= ideal + 2 * dim + 16);
}

/// Cycles without a row between the first and the last of `count` commands issued back to back.
template <typename B>
uint64_t bubbles(int count, uint32_t rows, uint32_t depth, uint32_t cols) {
  B bench;
  bench.fillScratch([] { return uint8_t{0}; });
  for (int i = 0; i < count; ++i)
    bench.issue(matmul(rows, depth, cols, i % 2 == 1), static_cast<uint32_t>(i));
  bench.drain();
  CHECK(bench.done.size() == static_cast<std::size_t>(count));
  return bench.lastRow - bench.firstRow + 1 - bench.rows;
}

/// The same for blocks at random addresses, so that A and B meet on banks in every way.
template <typename B>
uint64_t bubblesAnywhere(uint32_t seed, uint32_t rows) {
  INFO("seed " << seed << ", dim " << B::kDim << ", rows " << rows);
  std::mt19937 random(seed);
  const auto upTo = [&](uint32_t last) {
    return std::uniform_int_distribution<uint32_t>(0, last)(random);
  };
  B bench;
  bench.fillScratch([] { return uint8_t{0}; });
  for (uint32_t i = 0; i < 40; ++i) {
    Command command = matmul(rows, 3 * B::kDim, 2 * B::kDim, upTo(1) != 0);
    command.set(Field::AAddr, upTo(200)).set(Field::BAddr, 1024 + upTo(200));
    command.set(Field::AStride, rows + upTo(9)).set(Field::BStride, 3 * B::kDim + upTo(9));
    bench.issue(command, i);
  }
  bench.drain();
  return bench.lastRow - bench.firstRow + 1 - bench.rows;
}

}  // namespace

TEST_CASE("tiles of DIM + 2 rows never wait for weights, wherever the operands lie") {
  for (uint32_t seed = 1; seed <= 5; ++seed) {
    CHECK(bubblesAnywhere<Bench4>(seed, 6) == 0);
    CHECK(bubblesAnywhere<Bench8>(seed, 10) == 0);
    CHECK(bubblesAnywhere<Bench16>(seed, 18) == 0);
    // Where a tile is as short as it can be, a cycle lost on a bank is not won back: 240 tiles.
    CHECK(bubblesAnywhere<Bench4>(seed, 4) <= 240);
    CHECK(bubblesAnywhere<Bench16>(seed, 16) <= 240);
  }
}

TEST_CASE("a long command takes a cycle per row and little to fill and drain") {
  for (const bool transposed : {false, true}) {
    longCommand<Bench4>(transposed);
    longCommand<Bench8>(transposed);
    longCommand<Bench16>(transposed);
  }
}

TEST_CASE("commands back to back stream without a bubble") {
  CHECK(bubbles<Bench4>(2, 64, 16, 8) == 0);
  CHECK(bubbles<Bench8>(2, 32, 32, 16) == 0);
  CHECK(bubbles<Bench16>(2, 64, 64, 32) == 0);
  CHECK(bubbles<Bench16>(2, 63, 65, 33) == 0);
}

TEST_CASE("commands of a single tile stream without a bubble") {
  CHECK(bubbles<Bench4>(40, 6, 4, 4) == 0);
  CHECK(bubbles<Bench8>(40, 10, 8, 8) == 0);
  CHECK(bubbles<Bench16>(40, 18, 16, 16) == 0);
}

TEST_CASE("a result row can be read in the cycle after done") {
  Bench16 bench;
  bench.fillScratch([] { return uint8_t{1}; });
  for (const uint32_t rows : {1u, 2u, 3u, 16u, 17u, 40u}) {
    bench.done.clear();
    Command command = matmul(rows, 5, 16, false);
    command.set(Field::CAddr, 3);
    bench.issue(command, 0);
    while (bench.done.empty()) bench.tick();
    const auto row = bench.accRow(3 + rows - 1);
    for (const int32_t value : row) CHECK(value == 5);
    bench.writeWord(1023, std::vector<uint8_t>(16, 1));
  }
}

}  // namespace intformer::test
