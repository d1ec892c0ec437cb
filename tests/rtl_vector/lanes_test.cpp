#include <Vlanes_ibert.h>
#include <Vlanes_pwl.h>
#include <fmt/format.h>
#include <verilated.h>

#include <array>
#include <cstring>
#include <random>

#include "gen/latencies.hpp"
#include "gen/tables/commands.hpp"
#include "sw/numerics/numerics.hpp"
#include "tests/catch.hpp"
#include "tests/rtl_vector/seed.hpp"

using namespace intformer;
using namespace intformer::test;

namespace {

constexpr uint32_t kLanes = 4;
constexpr Latencies kLatencies;
constexpr int kActivation = 1 + kLatencies.lanesMultiply + kLatencies.lanesActivation;
constexpr int kLast = kLatencies.laneStages();
constexpr int kFraction = kActivation;

/// `bits` bits of a wide port from bit `lsb`.
template <typename Port>
uint32_t field(const Port& port, unsigned lsb, unsigned bits) {
  std::array<uint8_t, sizeof(Port) + 8> bytes{};
  std::memcpy(bytes.data(), &port, sizeof(Port));
  uint64_t value;
  std::memcpy(&value, bytes.data() + lsb / 8, 8);
  return static_cast<uint32_t>(value >> lsb % 8 & ((uint64_t{1} << bits) - 1));
}

/// Four lanes of the pipeline; one row of four accumulators at a time or one after the other.
template <typename Model>
struct Lanes {
  VerilatedContext context;
  Model top{&context};
  bool valid = false;

  explicit Lanes(Opcode op) {
    top.opcode_i = static_cast<uint8_t>(op);
    top.high_i = kLanes;
    clock(false);
  }
  void clock(bool load) {
    top.row_load_i = load;
    top.valid_i = valid;
    top.clk_i = 0;
    top.eval();
    top.clk_i = 1;
    top.eval();
    valid = load;
  }
  void acc(const std::array<int32_t, kLanes>& row) { std::memcpy(&top.row_acc_i, row.data(), 16); }
  /// Feeds a row and waits until it is in `stage`.
  void pass(const std::array<int32_t, kLanes>& row, int stage) {
    acc(row);
    clock(true);
    for (int i = 1; i < stage; ++i) clock(false);
  }
  /// Streams rows back to back; `seen(k)` is called when row k is in `stage`.
  template <typename Row, typename Seen>
  void stream(uint32_t rows, int stage, Row row, Seen seen) {
    for (uint32_t k = 0; k < rows + static_cast<uint32_t>(stage) - 1; ++k) {
      if (k < rows) acc(row(k));
      clock(k < rows);
      if (k + 1 >= static_cast<uint32_t>(stage)) seen(k + 1 - static_cast<uint32_t>(stage));
    }
  }
  /// A constant record, the same for all channels.
  void constants(int32_t bias, Scale first, int8_t zero, Scale second = kIdentityScale) {
    const uint8_t record[11] = {
        uint8_t(bias), uint8_t(bias >> 8), uint8_t(bias >> 16), uint8_t(bias >> 24),
        uint8_t(first.multiplier), uint8_t(first.multiplier >> 8), first.shift, uint8_t(zero),
        uint8_t(second.multiplier), uint8_t(second.multiplier >> 8), second.shift};
    top.const_write_i = 1;
    for (uint8_t b = 0; b < 11; ++b) {
      top.const_byte_i = b;
      std::memset(&top.const_data_i, record[b], kLanes);
      clock(false);
    }
    top.const_write_i = 0;
  }
};

struct IbertLanes : Lanes<Vlanes_ibert> {
  using Lanes::Lanes;
  static constexpr Family kFamily = Family::Ibert;
};
struct PwlLanes : Lanes<Vlanes_pwl> {
  using Lanes::Lanes;
  static constexpr Family kFamily = Family::Pwl;
};

int32_t signExtend(uint32_t value, unsigned bits) {
  return static_cast<int32_t>(value << (32 - bits)) >> (32 - bits);
}

}  // namespace

TEMPLATE_TEST_CASE("GELU is exact for all 65,536 x", "", IbertLanes, PwlLanes) {
  TestType lanes(Opcode::Activation);
  lanes.constants(0, kIdentityScale, 0);
  const auto x = [](uint32_t k, uint32_t l) { return int32_t(k * kLanes + l) - 32768; };
  uint32_t wrong = 0;
  lanes.stream(
      65536 / kLanes, kActivation,
      [&](uint32_t k) { return std::array<int32_t, kLanes>{x(k, 0), x(k, 1), x(k, 2), x(k, 3)}; },
      [&](uint32_t k) {
        for (uint32_t l = 0; l < kLanes; ++l) {
          const int32_t got = signExtend(field(lanes.top.activation_o, l * 20, 20), 20);
          if (got != gelu(static_cast<int16_t>(x(k, l)), TestType::kFamily) && ++wrong < 5)
            UNSCOPED_INFO("x " << x(k, l) << ": " << got);
        }
      });
  CHECK(wrong == 0);
}

TEMPLATE_TEST_CASE("activations from tables are exact for all 65,536 x", "", IbertLanes, PwlLanes) {
  TestType lanes(Opcode::ActivationTable);
  std::mt19937 random(testSeed());
  const auto drawn = [&](unsigned bits) {
    return static_cast<int16_t>(signExtend(random() & ((1U << bits) - 1), bits));
  };
  for (int kind = 1; kind < 9; ++kind) {  // the functions, then any numbers
    const bool known = kind < 6;
    ActivationTable table = activationTable(static_cast<ActivationKind>(known ? kind : 0));
    TableForm form = known ? tableForm(static_cast<ActivationKind>(kind))
                           : kind % 2 == 0 ? TableForm::Odd : TableForm::Relu;
    for (std::size_t i = 0; i < ActivationTable::kSegments && !known; ++i)
      table.a[i] = drawn(15), table.b[i] = drawn(13);
    if (kind == 8) table.a.fill(-16384), table.b.fill(-4096), form = TableForm::Relu;
    INFO("table " << kind);
    lanes.top.opcode_i = static_cast<uint8_t>(Opcode::ActivationTable);
    for (std::size_t i = 0; i < ActivationTable::kSegments; ++i) {
      lanes.clock(true);
      const uint32_t word = static_cast<uint16_t>(table.a[i]) | uint32_t(table.b[i]) << 16;
      lanes.top.row_low_i = word;
      lanes.top.position_i = static_cast<uint8_t>(i);
      lanes.pass({}, kActivation);
    }
    lanes.top.opcode_i = static_cast<uint8_t>(Opcode::Activation);
    lanes.top.function_i = form == TableForm::Odd ? 2 : 1;
    lanes.constants(0, kIdentityScale, 0);
    const auto x = [](uint32_t k, uint32_t l) { return int32_t(k * kLanes + l) - 32768; };
    uint32_t wrong = 0;
    lanes.stream(
        65536 / kLanes, kActivation,
        [&](uint32_t k) {
          return std::array<int32_t, kLanes>{x(k, 0), x(k, 1), x(k, 2), x(k, 3)};
        },
        [&](uint32_t k) {
          for (uint32_t l = 0; l < kLanes; ++l) {
            const int32_t got = signExtend(field(lanes.top.activation_o, l * 20, 20), 20);
            if (got != tableActivation(static_cast<int16_t>(x(k, l)), table, form) && ++wrong < 5)
              UNSCOPED_INFO("x " << x(k, l) << ": " << got);
          }
        });
    CHECK(wrong == 0);
  }
}

TEMPLATE_TEST_CASE("exp is exact for all distances, to nearest and with all dithers", "",
                   IbertLanes, PwlLanes) {
  // The maximum is 32767 and t = 32767 - d. Beyond 4096 all is 0, so dithers stop soon after it.
  TestType lanes(Opcode::Exp);
  lanes.top.multiplier_i = 32768;
  lanes.top.shift_i = 15;
  lanes.top.row_max_i = 32767;
  uint32_t wrong = 0;
  const auto sweep = [&](uint32_t distances, int dither) {
    lanes.top.dither_i = dither >= 0;
    lanes.top.position_i = static_cast<uint8_t>(dither);
    const auto t = [](uint32_t k, uint32_t l) { return 32767 - int32_t(k * kLanes + l); };
    lanes.stream(
        distances / kLanes, kLast,
        [&](uint32_t k) { return std::array<int32_t, kLanes>{t(k, 0), t(k, 1), t(k, 2), t(k, 3)}; },
        [&](uint32_t k) {
          for (uint32_t l = 0; l < kLanes; ++l) {
            const uint32_t d = k * kLanes + l;
            const uint8_t expected =
                exp8(exp16(d, TestType::kFamily), static_cast<uint32_t>(dither), l, dither >= 0);
            if (field(lanes.top.out8_o, l * 8, 8) != expected && ++wrong < 5)
              UNSCOPED_INFO("d " << d << " dither " << dither);
          }
        });
  };
  sweep(65536, -1);
  sweep(65536, 77);
  for (int dither = 0; dither < 256; ++dither) sweep(4352, dither);
  CHECK(wrong == 0);
}

TEMPLATE_TEST_CASE("2^-x of one octave is exact before it is rounded to 8 bits", "", IbertLanes,
                   PwlLanes) {
  TestType lanes(Opcode::Exp);
  lanes.top.multiplier_i = 32768;
  lanes.top.shift_i = 15;
  lanes.top.row_max_i = 0;
  for (int32_t g = 0; g < 256; g += kLanes) {
    lanes.pass({-g, -g - 1, -g - 2, -g - 3}, kFraction);
    for (uint32_t l = 0; l < kLanes; ++l)
      REQUIRE(int32_t(field(lanes.top.fraction_o, l * 16, 16)) ==
              expFraction(uint32_t(g) + l, TestType::kFamily));
  }
}

TEST_CASE("requantize is exact at the corners of accumulator, bias, scale and zero point") {
  PwlLanes lanes(Opcode::Requantize);
  const std::array<int32_t, 5> accs = {INT32_MIN, -1, 0, 1, INT32_MAX};
  for (const int multiplier : {0, 1, 32768, 65535})
    for (int shift = 0; shift <= 63; ++shift)
      for (const int32_t bias : {INT32_MIN, -1, 0, 1, INT32_MAX})
        for (const int zero : {-128, 0, 127}) {
          const Scale scale{static_cast<uint16_t>(multiplier), static_cast<uint8_t>(shift)};
          lanes.constants(bias, scale, static_cast<int8_t>(zero));
          for (std::size_t a = 0; a < accs.size(); a += kLanes) {
            std::array<int32_t, kLanes> row{};
            for (std::size_t l = 0; l < kLanes; ++l)
              row[l] = accs[std::min(a + l, accs.size() - 1)];
            lanes.pass(row, kLast);
            for (uint32_t l = 0; l < kLanes; ++l) {
              const int64_t sum = int64_t{row[l]} + bias;
              INFO("acc " << row[l] << " bias " << bias << " M " << multiplier << " s " << shift);
              REQUIRE(signExtend(field(lanes.top.out8_o, l * 8, 8), 8) ==
                      requantize<8>(sum, scale, zero));
              REQUIRE(signExtend(field(lanes.top.out16_o, l * 16, 16), 16) ==
                      requantize<16>(sum, scale, zero));
            }
          }
        }
}

TEST_CASE("requantize is exact for random numbers of every size") {
  const uint32_t seed = testSeed();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  PwlLanes lanes(Opcode::Requantize);
  for (int i = 0; i < 20000; ++i) {
    const Scale scale{static_cast<uint16_t>(random()), static_cast<uint8_t>(1 + random() % 47)};
    const auto bias = static_cast<int32_t>(random()) >> random() % 32;
    const auto zero = static_cast<int8_t>(random());
    lanes.constants(bias, scale, zero);
    std::array<int32_t, kLanes> row{};
    for (auto& value : row) value = static_cast<int32_t>(random()) >> random() % 32;
    lanes.pass(row, kLast);
    for (uint32_t l = 0; l < kLanes; ++l) {
      const int64_t sum = int64_t{row[l]} + bias;
      REQUIRE(signExtend(field(lanes.top.out16_o, l * 16, 16), 16) ==
              requantize<16>(sum, scale, zero));
      REQUIRE(signExtend(field(lanes.top.out8_o, l * 8, 8), 8) ==
              requantize<8>(sum, scale, zero));
    }
  }
}
