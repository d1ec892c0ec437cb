// The row-scalar unit and its iterative parts, for devices of every size: the interval says how
// many cycles lie between two rows.

#include <Vdivider1.h>
#include <Vdivider17.h>
#include <Vdivider4.h>
#include <Visqrt1.h>
#include <Visqrt16.h>
#include <Visqrt4.h>
#include <Vrow_scalar1.h>
#include <Vrow_scalar17.h>
#include <Vrow_scalar4.h>
#include <verilated.h>

#include <cmath>
#include <deque>
#include <random>
#include <stdexcept>
#include <vector>

#include "gen/latencies.hpp"
#include "sw/numerics/numerics.hpp"
#include "tests/catch.hpp"
#include "tests/rtl_vector/seed.hpp"

using namespace intformer;
using namespace intformer::test;

namespace {

template <typename Model, unsigned Interval>
struct Clocked {
  static constexpr unsigned kInterval = Interval;
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

/// Streams operands in, one per interval, and takes each result `latency` cycles later.
template <typename Model, unsigned Interval>
struct Stream : Clocked<Model, Interval> {
  struct Expected {
    uint64_t cycle;
    uint32_t value, operand;
  };
  std::deque<Expected> expected;
  uint64_t cycle = 0, wrong = 0;

  /// One interval: `load` sets the operands; they are there in its first cycle alone.
  template <typename Load, typename Result>
  void interval(bool valid, Load load, Result result) {
    for (unsigned c = 0; c < Interval; ++c, ++cycle) {
      this->top.load_i = valid && c == 0;
      load(valid && c == 0);
      if (!expected.empty() && expected.front().cycle == cycle) {
        if (result() != expected.front().value && ++wrong < 5)
          UNSCOPED_INFO("operand " << expected.front().operand << " gives " << result());
        expected.pop_front();
      }
      this->clock();
    }
  }
};

template <typename Model, unsigned Interval>
struct Divider : Stream<Model, Interval> {
  void divide(uint32_t sum) {
    const unsigned length = bitLength(sum);
    this->expected.push_back(
        {this->cycle + 18, static_cast<uint32_t>((uint64_t{1} << (15 + length)) / sum), sum});
    step(true, 1U << (length - 1), sum);
  }
  void step(bool valid, uint32_t numerator, uint32_t denominator) {
    this->interval(
        valid,
        [&](bool now) {
          this->top.numerator_i = now ? numerator : 0x5555;  // need not be held
          this->top.denominator_i = now ? denominator : 0x333;
        },
        [&] { return this->top.quotient_o; });
  }
};

template <typename Model, unsigned Interval>
struct SquareRoot : Stream<Model, Interval> {
  void root(uint64_t value) {
    if (value > UINT32_MAX) return;
    const auto operand = static_cast<uint32_t>(value);
    this->expected.push_back({this->cycle + 17, integerSqrt(operand), operand});
    step(true, operand);
  }
  void step(bool valid, uint32_t value) {
    this->interval(
        valid, [&](bool now) { this->top.value_i = now ? value : 0x12345678; },
        [&] { return this->top.root_o; });
  }
};

/// Rows of sums through the row-scalar unit. Every slot is read as soon as the lanes could after
/// its release: four cycles later, one of them in the register that compares the slot.
template <typename Model, unsigned Interval>
struct RowScalar : Clocked<Model, Interval> {
  struct Row {
    NormSums sums;
    int32_t mean = 0;
    uint32_t factor = 0;
    uint8_t shift = 0;
  };
  static constexpr uint32_t kSlots = 64;  ///< of the model
  uint32_t first = 3;
  static constexpr uint64_t kLead = 4;
  uint64_t cycles = 0;
  std::mt19937 random{1};

  /// `refusal`: probability that sums are not granted.
  void run(std::vector<Row>& rows, double refusal = 0) {
    auto& top = this->top;
    top.rows_i = static_cast<uint16_t>(rows.size());
    top.stat_row_i = static_cast<uint16_t>(first);
    top.start_i = 1;
    this->clock();
    top.start_i = 0;
    uint32_t reads = 0;
    uint32_t released = 0;
    std::deque<std::pair<uint64_t, uint32_t>> readable;
    int64_t reading = -1;
    std::uniform_real_distribution<> dice(0, 1);
    for (cycles = 1; top.busy_o || !readable.empty() || reading >= 0; ++cycles) {
      if (cycles > 200 + rows.size() * 40) throw std::runtime_error("hangs");
      if (reading >= 0) {
        rows[reading].mean = static_cast<int32_t>(top.lane_mean_o << 11) >> 11;
        rows[reading].factor = top.lane_factor_o;
        rows[reading].shift = top.lane_shift_o;
      }
      reading = -1;
      if (top.busy_o && top.pending_end_o != first + rows.size())
        throw std::runtime_error("wrong end of the pending slots");
      for (; first + released < top.pending_first_o && released < rows.size(); ++released)
        readable.emplace_back(cycles + kLead, released);
      top.lane_read_i = !readable.empty() && readable.front().first <= cycles;
      if (top.lane_read_i) {
        reading = readable.front().second;
        top.lane_slot_i = static_cast<uint8_t>((first + reading) % kSlots);
        readable.pop_front();
      }
      top.read_ready_i = dice(random) >= refusal;
      const bool granted = top.read_valid_o && top.read_ready_i;
      if (granted && top.read_slot_o != (first + reads) % kSlots) throw std::runtime_error("wrong slot");
      this->clock();
      top.sum_i = 0x5555;
      top.squares_i = 77;
      if (granted) {
        top.sum_i = static_cast<uint32_t>(rows[reads].sums.sum) & 0x1fffffff;
        top.squares_i = static_cast<uint64_t>(rows[reads++].sums.squares);
      }
    }
  }
  void checkSoftmax(const std::vector<uint32_t>& sums, Scale scale, double refusal = 0) {
    this->top.layer_norm_i = 0;
    this->top.root_mean_square_i = 1;  // means nothing to it
    this->top.multiplier_i = scale.multiplier;
    this->top.shift_i = scale.shift;
    this->top.mean_factor_i = 0;
    std::vector<Row> rows;
    for (const uint32_t sum : sums) rows.push_back({{static_cast<int32_t>(sum), 0}});
    run(rows, refusal);
    for (std::size_t r = 0; r < rows.size(); ++r) {
      INFO("row " << r << " of " << rows.size() << ", sum " << sums[r]);
      REQUIRE(SoftmaxRow{rows[r].factor, rows[r].shift} == softmaxRow(sums[r], scale));
    }
  }
  std::vector<Row> normScalars(const std::vector<NormSums>& sums, uint32_t d, uint64_t epsilon,
                               bool rootMeanSquare, double refusal = 0) {
    const NormWidth width = normWidth(d);
    this->top.layer_norm_i = 1;
    this->top.root_mean_square_i = rootMeanSquare;
    this->top.width_i = static_cast<uint16_t>(width.width);
    this->top.width_log_i = static_cast<uint8_t>(width.log);
    this->top.mean_factor_i = width.meanFactor;
    this->top.epsilon_i = epsilon;
    std::vector<Row> rows;
    for (const NormSums& row : sums) rows.push_back({row});
    run(rows, refusal);
    return rows;
  }
  void checkNorm(const std::vector<NormSums>& sums, uint32_t d, uint64_t epsilon,
                 double refusal = 0) {
    const std::vector<Row> rows = normScalars(sums, d, epsilon, false, refusal);
    for (std::size_t r = 0; r < rows.size(); ++r) {
      INFO("d " << d << " S1 " << sums[r].sum << " S2 " << sums[r].squares << " E " << epsilon);
      REQUIRE(NormRow{rows[r].mean, rows[r].factor, rows[r].shift} ==
              normRow(sums[r], normWidth(d), epsilon));
    }
  }
};

/// What the lanes multiply a number by, so that a row's root of its mean square becomes 1: from its
/// own floating point definition.
double rootMeanSquareFactor(const NormSums& sums, uint32_t width, uint64_t epsilon) {
  const double d = width;
  return 1 / std::sqrt(static_cast<double>(sums.squares) / d + static_cast<double>(epsilon) / d / d);
}

/// Cycles of a run before the first grant and from the last read to its end.
constexpr Latencies kLatencies;
constexpr uint64_t kAround = 4;

using Divider1 = Divider<Vdivider1, 1>;
using Divider4 = Divider<Vdivider4, 4>;
using Divider17 = Divider<Vdivider17, 17>;
using SquareRoot1 = SquareRoot<Visqrt1, 1>;
using SquareRoot4 = SquareRoot<Visqrt4, 4>;
using SquareRoot16 = SquareRoot<Visqrt16, 16>;
using RowScalar1 = RowScalar<Vrow_scalar1, 1>;
using RowScalar4 = RowScalar<Vrow_scalar4, 4>;
using RowScalar17 = RowScalar<Vrow_scalar17, 17>;

}  // namespace

TEMPLATE_TEST_CASE("the divider is exact for every sum from 1 to 2^20, and at the width's end", "",
                   Divider1, Divider4, Divider17) {
  TestType divider;
  for (uint32_t sum = 1; sum <= 1U << 20; ++sum) {
    divider.divide(sum);
    if (sum % 1000 < 30) divider.step(false, 1, 1);  // gaps
  }
  for (uint32_t sum = (1U << 28) - 1000; sum < 1U << 28; ++sum) divider.divide(sum);
  divider.expected.push_back({divider.cycle + 18, 0, 0});
  divider.step(true, 0, 1);
  for (int i = 0; i < 20; ++i) divider.step(false, 1, 1);
  CHECK(divider.expected.empty());
  CHECK(divider.wrong == 0);
}

TEMPLATE_TEST_CASE("the square root is exact around every perfect square that can occur", "",
                   SquareRoot1, SquareRoot4, SquareRoot16) {
  TestType root;
  for (uint64_t r = 32768; r < 65536; ++r) {
    root.root(r * r - 1);
    root.root(r * r);
    root.root(r * r + 1);
    if (r % 1000 < 30) root.step(false, 1);
  }
  for (uint64_t value : {0ULL, 1ULL, 2ULL, 3ULL, 4ULL, 0xffffffffULL, 0xfffe0000ULL})
    root.root(value);
  for (int i = 0; i < 20; ++i) root.step(false, 1);
  CHECK(root.expected.empty());
  CHECK(root.wrong == 0);
}

TEMPLATE_TEST_CASE("row scalars of softmax are exact", "", RowScalar1, RowScalar4, RowScalar17) {
  const uint32_t seed = testSeed();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  TestType unit;
  for (const int multiplier : {0, 1, 32768, 65535})
    for (const int shift : {1, 20, 47})
      unit.checkSoftmax({0U, 1U, 2U, 3U, 0U, 255U, 256U, 255U * 4096, (1U << 28) - 1},
                        {static_cast<uint16_t>(multiplier), static_cast<uint8_t>(shift)});
  for (int i = 0; i < 400; ++i) {
    const Scale scale{static_cast<uint16_t>(random()), static_cast<uint8_t>(1 + random() % 47)};
    std::vector<uint32_t> sums(1 + random() % 50);
    for (auto& sum : sums) sum = static_cast<uint32_t>(random()) >> (4 + random() % 28);
    unit.checkSoftmax(sums, scale);
    CHECK(unit.cycles == kLatencies.scalarSoftmax() + kAround + TestType::kInterval * (sums.size() - 1));
    unit.checkSoftmax(sums, scale, 0.5);
  }
}

TEMPLATE_TEST_CASE("row scalars of LayerNorm are exact", "", RowScalar1, RowScalar4, RowScalar17) {
  const uint32_t seed = testSeed();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  TestType unit;
  for (const uint32_t width : {1U, 2U, 3U, 64U, 384U, 768U, 1023U, 1024U, 4095U, 4096U}) {
    const auto d = static_cast<int64_t>(width);
    std::vector<NormSums> rows;
    for (const int64_t x : {-32768, -1, 0, 1, 32767})  // constant rows
      rows.push_back({static_cast<int32_t>(d * x), d * x * x});
    rows.push_back({32767, int64_t{32767} * 32767});                           // one-hot
    rows.push_back({static_cast<int32_t>(d % 2) * 32767, d * 32767 * 32767});  // alternating
    unit.checkNorm(rows, width, 64);
    unit.checkNorm({{0, d * 32768 * 32768}}, width, (uint64_t{1} << 48) - 1);
  }
  for (int i = 0; i < 150; ++i) {
    const uint32_t width = 1 + static_cast<uint32_t>(random()) % 4096;
    std::vector<NormSums> rows(1 + random() % 50);
    for (NormSums& sums : rows) {
      const int scale = static_cast<int>(random() % 16);
      const int32_t offset = static_cast<int16_t>(random()) / 2;
      for (uint32_t c = 0; c < width; ++c) {
        const int32_t x = offset + (static_cast<int16_t>(random()) >> scale) / 2;
        sums.sum += x;
        sums.squares += x * x;
      }
    }
    const uint64_t epsilon = 64 + (random() >> random() % 32);
    unit.checkNorm(rows, width, epsilon);
    CHECK(unit.cycles == kLatencies.scalarLayerNorm() + kAround + TestType::kInterval * (rows.size() - 1));
    unit.checkNorm(rows, width, epsilon, 0.5);
  }
}

TEMPLATE_TEST_CASE("row scalars of RMSNorm have no mean and divide by the root mean square", "",
                   RowScalar1, RowScalar4, RowScalar17) {
  const uint32_t seed = testSeed();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  TestType unit;
  for (int i = 0; i < 100; ++i) {
    const uint32_t width = 1 + static_cast<uint32_t>(random()) % 4096;
    const uint64_t epsilon = 64 + (random() >> random() % 32);
    std::vector<NormSums> sums(1 + random() % 20);
    for (NormSums& row : sums) {
      const int64_t x = static_cast<int16_t>(random()) >> random() % 16;  // all its numbers
      row = {static_cast<int32_t>(x * width), x * x * width};
    }
    const auto rows = unit.normScalars(sums, width, epsilon, true);
    CHECK(unit.cycles == kLatencies.scalarLayerNorm() + kAround + TestType::kInterval * (sums.size() - 1));
    for (std::size_t r = 0; r < sums.size(); ++r) {
      INFO("d " << width << " S1 " << sums[r].sum << " S2 " << sums[r].squares << " E " << epsilon);
      CHECK(rows[r].mean == 0);
      // (x * 16 * factor) >> shift has 512 steps per unit.
      const double factor = std::ldexp(rows[r].factor, 4 - 9 - rows[r].shift);
      REQUIRE(std::abs(factor / rootMeanSquareFactor(sums[r], width, epsilon) - 1) < 1.0 / (1 << 13));
    }
  }
}

TEST_CASE("the last slots are pending until their results are there", "[scalar]") {
  RowScalar4 unit;
  const std::vector<uint32_t> sums = {1, 255, 4096, 77, 0, 12345};
  unit.first = RowScalar4::kSlots - static_cast<uint32_t>(sums.size());
  unit.checkSoftmax(sums, {40000, 20});
  CHECK(unit.cycles == kLatencies.scalarSoftmax() + kAround + RowScalar4::kInterval * (sums.size() - 1));
}
