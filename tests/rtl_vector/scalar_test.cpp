#include <Vdivider.h>
#include <Visqrt.h>
#include <Vrow_scalar.h>
#include <verilated.h>

#include <random>
#include <stdexcept>

#include "sw/numerics/numerics.hpp"
#include "tests/catch.hpp"
#include "tests/rtl_vector/seed.hpp"

using namespace intformer;
using namespace intformer::test;

namespace {

template <typename Model>
struct Clocked {
  VerilatedContext context;
  Model top{&context};

  Clocked() {
    top.rst_ni = 0;
    clock();
    top.rst_ni = 1;
    clock();
  }
  void clock() {
    top.clk_i = 0;
    top.eval();
    top.clk_i = 1;
    top.eval();
  }
};

struct Divider : Clocked<Vdivider> {
  uint32_t divide(uint32_t numerator, uint32_t denominator) {
    top.numerator_i = numerator;
    top.denominator_i = denominator;
    top.start_i = 1;
    clock();
    top.start_i = 0;
    top.numerator_i = 0;  // need not be held
    top.denominator_i = 0;
    for (int i = 0; i < 17; ++i) {
      if (top.done_o) throw std::runtime_error("done too early");
      clock();
    }
    if (!top.done_o) throw std::runtime_error("done too late");
    return top.quotient_o;
  }
};

struct SquareRoot : Clocked<Visqrt> {
  uint32_t root(uint32_t value) {
    top.value_i = value;
    top.start_i = 1;
    clock();
    top.start_i = 0;
    top.value_i = 0;
    for (int i = 0; i < 16; ++i) clock();
    if (!top.done_o) throw std::runtime_error("done too late");
    return top.root_o;
  }
};

/// One row at a time through the row-scalar unit; sums are delayed by `refuse` cycles.
struct RowScalar : Clocked<Vrow_scalar> {
  uint64_t cycles = 0;

  void row(int64_t sum, uint64_t squares, int refuse = 0) {
    top.rows_i = 1;
    top.stat_row_i = 3;
    top.start_i = 1;
    clock();
    top.start_i = 0;
    cycles = 1;
    while (top.busy_o) {
      if (cycles > 200) throw std::runtime_error("hangs");
      top.read_ready_i = top.read_valid_o && refuse-- <= 0;
      const bool granted = top.read_ready_i;
      top.sum_i = 0x5555;
      clock();
      ++cycles;
      if (granted) {
        top.sum_i = static_cast<uint32_t>(sum) & 0x1fffffff;
        top.squares_i = squares;
        top.read_ready_i = 0;
        clock();
        ++cycles;
      }
    }
    top.lane_read_i = 1;
    top.lane_slot_i = 3;
    clock();
    top.lane_read_i = 0;
  }
  SoftmaxRow softmax(uint32_t sum, Scale scale) {
    top.layer_norm_i = 0;
    top.multiplier_i = scale.multiplier;
    top.shift_i = scale.shift;
    row(sum, 0);
    return {top.lane_factor_o, top.lane_shift_o};
  }
  NormRow norm(NormSums sums, const NormWidth& width, uint64_t epsilon) {
    top.layer_norm_i = 1;
    top.width_i = static_cast<uint16_t>(width.width);
    top.width_log_i = static_cast<uint8_t>(width.log);
    top.mean_factor_i = width.meanFactor;
    top.epsilon_i = epsilon;
    row(sums.sum, static_cast<uint64_t>(sums.squares));
    const int32_t mean = static_cast<int32_t>(top.lane_mean_o << 11) >> 11;
    return {mean, top.lane_factor_o, top.lane_shift_o};
  }
};

}  // namespace

TEST_CASE("the divider is exact for every sum from 1 to 2^20, and at the width's end") {
  Divider divider;
  uint32_t wrong = 0;
  const auto check = [&](uint32_t sum) {
    const unsigned length = bitLength(sum);
    const auto expected = static_cast<uint32_t>((uint64_t{1} << (15 + length)) / sum);
    if (divider.divide(1U << (length - 1), sum) != expected && ++wrong < 5)
      UNSCOPED_INFO("sum " << sum);
  };
  for (uint32_t sum = 1; sum <= 1U << 20; ++sum) check(sum);
  for (uint32_t sum = (1U << 28) - 1000; sum < 1U << 28; ++sum) check(sum);
  CHECK(wrong == 0);
}

TEST_CASE("the square root is exact around every perfect square that can occur") {
  SquareRoot root;
  uint32_t wrong = 0;
  const auto check = [&](uint64_t value) {
    if (value > UINT32_MAX) return;
    if (root.root(static_cast<uint32_t>(value)) != integerSqrt(static_cast<uint32_t>(value)) &&
        ++wrong < 5)
      UNSCOPED_INFO("value " << value);
  };
  for (uint64_t r = 32768; r < 65536; ++r) {
    check(r * r - 1);
    check(r * r);
    check(r * r + 1);
  }
  for (uint64_t value : {0ULL, 1ULL, 2ULL, 3ULL, 4ULL, 0xffffffffULL, 0xfffe0000ULL}) check(value);
  CHECK(wrong == 0);
}

TEST_CASE("row scalars of softmax are exact") {
  const uint32_t seed = testSeed();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  RowScalar unit;
  CHECK(unit.softmax(0, {40000, 20}) == SoftmaxRow{0, 63});
  for (const uint32_t sum : {1U, 2U, 3U, 255U, 256U, 255U * 4096, (1U << 28) - 1})
    for (const int multiplier : {0, 1, 32768, 65535})
      for (const int shift : {1, 20, 47}) {
        const Scale scale{static_cast<uint16_t>(multiplier), static_cast<uint8_t>(shift)};
        REQUIRE(unit.softmax(sum, scale) == softmaxRow(sum, scale));
      }
  for (int i = 0; i < 20000; ++i) {
    const Scale scale{static_cast<uint16_t>(random()), static_cast<uint8_t>(1 + random() % 47)};
    const uint32_t sum = static_cast<uint32_t>(random()) >> (4 + random() % 28);
    REQUIRE(unit.softmax(sum, scale) == softmaxRow(sum, scale));
    CHECK(unit.cycles <= 26);
  }
}

TEST_CASE("row scalars of LayerNorm are exact") {
  const uint32_t seed = testSeed();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  RowScalar unit;
  const auto check = [&](uint32_t width, NormSums sums, uint64_t epsilon) {
    INFO("d " << width << " S1 " << sums.sum << " S2 " << sums.squares << " E " << epsilon);
    REQUIRE(unit.norm(sums, normWidth(width), epsilon) == normRow(sums, normWidth(width), epsilon));
    REQUIRE(unit.cycles <= 45);
  };
  for (const uint32_t width : {1U, 2U, 3U, 64U, 384U, 768U, 1023U, 1024U, 4095U, 4096U}) {
    const auto d = static_cast<int64_t>(width);
    for (const int64_t x : {-32768, -1, 0, 1, 32767})  // constant rows
      check(width, {static_cast<int32_t>(d * x), d * x * x}, 64);
    check(width, {32767, int64_t{32767} * 32767}, 64);                            // one-hot
    check(width, {static_cast<int32_t>(d % 2) * 32767, d * 32767 * 32767}, 64);   // alternating
    check(width, {0, d * 32768 * 32768}, (uint64_t{1} << 48) - 1);
  }
  for (int i = 0; i < 5000; ++i) {
    const uint32_t width = 1 + static_cast<uint32_t>(random()) % 4096;
    const int scale = static_cast<int>(random() % 16);
    NormSums sums;
    const int32_t offset = static_cast<int16_t>(random()) / 2;
    for (uint32_t c = 0; c < width; ++c) {
      const int32_t x = offset + (static_cast<int16_t>(random()) >> scale) / 2;
      sums.sum += x;
      sums.squares += x * x;
    }
    check(width, sums, 64 + (random() >> random() % 32));
  }
}
