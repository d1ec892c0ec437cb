// Matmuls whose addresses leave the scratchpad or the accumulator.
#include <optional>
#include <random>

#include "Vmatmul_bench4.h"
#include "Vmatmul_bench8.h"
#include "gen/tables/registers.hpp"
#include "tests/rtl_matmul/bench.hpp"

namespace intformer::test {
namespace {

using Bench4 = Bench<Vmatmul_bench4, 4>;
using Bench8 = Bench<Vmatmul_bench8, 8>;

struct Fault {
  ErrorCode code;
  uint64_t addr;
  bool operator==(const Fault&) const = default;
};

/// The first address out of range in the order of the work, looked for word by word.
template <typename B>
std::optional<Fault> firstFault(const Command& command) {
  const auto field = [&](Field f) { return command.at(f); };
  const uint64_t dim = B::kDim, depth = field(Field::Depth), cols = field(Field::Cols);
  for (uint64_t n = 0; n * dim < cols; ++n)
    for (uint64_t k = 0; k * dim < depth; ++k) {
      for (uint64_t i = 0; i < dim; ++i) {
        const bool transposed = field(Field::BTransposed) != 0;
        if ((transposed ? n : k) * dim + i >= (transposed ? cols : depth)) break;
        const uint64_t word = field(Field::BAddr) + (transposed ? k : n) * field(Field::BStride) +
                              (transposed ? n : k) * dim + i;
        if (word >= B::kScratchWords) return Fault{ErrorCode::ScratchRange, word};
      }
      for (uint64_t r = 0; r < field(Field::MatmulRows); ++r) {
        const uint64_t a = field(Field::AAddr) + k * field(Field::AStride) + r;
        if (a >= B::kScratchWords) return Fault{ErrorCode::ScratchRange, a};
        const uint64_t c = field(Field::CAddr) + n * field(Field::CStride) + r;
        if (c >= B::kAccRows) return Fault{ErrorCode::AccumulatorRange, c};
      }
    }
  return std::nullopt;
}

Command smallMatmul() {
  Command command(Opcode::Matmul);
  command.set(Field::MatmulRows, 8).set(Field::Depth, 8).set(Field::Cols, 8);
  command.set(Field::BAddr, 64).set(Field::AStride, 8);
  return command;
}

/// What the unit reports of `bad` between good commands.
template <typename B>
void requireFault(B& bench, const Command& bad, const Fault& expected, int block, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<Fault> seen;
  std::vector<uint32_t> indexes;
  bench.done.clear();
  bench.watch = [&] {
    if (!bench.top.error_valid_o) return;
    const test::Error error = test::readError(bench.top.error_o);
    seen.push_back({static_cast<ErrorCode>(error.code), error.addr});
    indexes.push_back(error.index);
  };
  bench.issue(smallMatmul(), 70);
  bench.issue(smallMatmul(), 71);
  bench.issue(bad, 72);
  bench.issue(smallMatmul(), 73);
  for (int i = 0; i < 3000 && seen.empty(); ++i) {
    bench.top.a_block_i = static_cast<int>(random() % 100) < block;
    bench.top.b_block_i = static_cast<int>(random() % 100) < block;
    bench.tick();
  }
  for (int i = 0; i < 200; ++i) bench.tick();  // it is reported once
  bench.watch = [] {};
  REQUIRE(seen == std::vector<Fault>{expected});
  REQUIRE(indexes == std::vector<uint32_t>{72});
  REQUIRE(bench.done.size() == 2);
  REQUIRE(bench.done[1].index == 71);
  bench.top.a_block_i = bench.top.b_block_i = 0;
  bench.top.rst_ni = 0;
  bench.tick();
  bench.top.rst_ni = 1;
}

}  // namespace

TEST_CASE("an address beyond the end stops the unit, with code, command and address") {
  Bench8 bench;
  const uint32_t words = Bench8::kScratchWords, rows = Bench8::kAccRows;
  bench.fillScratch([] { return uint8_t{0}; });
  const auto bad = [&](Field field, int64_t value) { return smallMatmul().set(field, value); };
  requireFault(bench, bad(Field::AAddr, words - 5), {ErrorCode::ScratchRange, words}, 0, 1);
  requireFault(bench, bad(Field::BAddr, words - 7), {ErrorCode::ScratchRange, words}, 0, 1);
  requireFault(bench, bad(Field::CAddr, rows - 2), {ErrorCode::AccumulatorRange, rows}, 0, 1);
  requireFault(bench, bad(Field::AAddr, words + 3), {ErrorCode::ScratchRange, words + 3}, 0, 1);
  requireFault(bench, bad(Field::CAddr, 0xffffff), {ErrorCode::AccumulatorRange, 0xffffff}, 0, 1);
  // Beyond 2^24: the second panel of A, the second column tile of B and C.
  requireFault(bench, bad(Field::Depth, 16).set(Field::AAddr, 9).set(Field::AStride, 0xffffff),
               {ErrorCode::ScratchRange, 0x1000008}, 0, 1);
  requireFault(bench, bad(Field::Cols, 9).set(Field::BAddr, 9).set(Field::BStride, 0xfffffe),
               {ErrorCode::ScratchRange, 0x1000007}, 0, 1);
  requireFault(bench, bad(Field::Cols, 9).set(Field::CAddr, 1).set(Field::CStride, 0xffffff),
               {ErrorCode::AccumulatorRange, 0x1000000}, 0, 1);
}

TEMPLATE_TEST_CASE("of several faults in a matmul the first in the order of the work is reported",
                   "", Bench4, Bench8) {
  constexpr uint32_t dim = TestType::kDim;
  TestType bench;
  bench.fillScratch([] { return uint8_t{0}; });
  std::mt19937 random(7);
  const auto upTo = [&](uint32_t last) { return static_cast<int64_t>(random() % (last + 1)); };
  const auto nearEnd = [&](uint32_t end) -> int64_t {
    switch (upTo(3)) {
      case 0: return upTo(100);
      case 1: return end - upTo(end < 40 ? end : 40);
      case 2: return end + upTo(5);
      default: return end / 2;
    }
  };
  const auto stride = [&](uint32_t end) -> int64_t {
    return upTo(2) == 0 ? 0xffffff - upTo(60) : upTo(1) == 0 ? end / 3 + upTo(20) : upTo(30);
  };
  int tried = 0;
  for (uint32_t seed = 0; tried < 250; ++seed) {
    Command command(Opcode::Matmul);
    command.set(Field::MatmulRows, 1 + upTo(2 * dim)).set(Field::Depth, 1 + upTo(3 * dim))
        .set(Field::Cols, 1 + upTo(3 * dim)).set(Field::BTransposed, upTo(1))
        .set(Field::Accumulate, upTo(1));
    command.set(Field::AAddr, nearEnd(TestType::kScratchWords))
        .set(Field::AStride, stride(TestType::kScratchWords))
        .set(Field::BAddr, nearEnd(TestType::kScratchWords))
        .set(Field::BStride, stride(TestType::kScratchWords))
        .set(Field::CAddr, nearEnd(TestType::kAccRows))
        .set(Field::CStride, stride(TestType::kAccRows));
    const auto expected = firstFault<TestType>(command);
    if (!expected) continue;
    ++tried;
    CAPTURE(seed);
    requireFault(bench, command, *expected, static_cast<int>(seed % 3) * 40, seed);
  }
}

}  // namespace intformer::test
