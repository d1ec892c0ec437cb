#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "sw/numerics/integer.hpp"

/// Activations from tables of straight lines (docs/2-numerics.md, section 2.5). Formats as GELU's:
/// x int16 LSB 2^-10, y 20 bits signed LSB 2^-14.
namespace intformer {

/// What follows a matmul. Gelu is of the family; the others are tables that a program loads.
enum class ActivationKind : uint8_t { Gelu = 0, GeluTanh, QuickGelu, Silu, Relu, Tanh };

/// By kind, as model files call them.
inline constexpr std::array<std::string_view, 6> kActivationNames = {
    "gelu", "gelu_tanh", "quick_gelu", "silu", "relu", "tanh"};

constexpr std::string_view activationName(ActivationKind kind) {
  return kActivationNames[static_cast<std::size_t>(kind)];
}

/// What h(|x|), which the table gives, is in y.
enum class TableForm : uint8_t {
  Relu,  ///< y = (max(x, 0) << 4) - h, h = 0 behind the last segment: x * g(x), g(x) + g(-x) = 1
  Odd,   ///< y = sign(x) * h, where h stays as the last segment ends
};

/// 32 segments: of 128 up to 2.0, then of 512 up to 10.0, where what is left of the functions is
/// nearly straight. In segment i, f steps from its begin: h = a[i] + rshr(b[i] * f, 7 or 9).
struct ActivationTable {
  static constexpr unsigned kSegments = 32;
  static constexpr uint32_t kNarrowEnd = 2048, kEnd = 10240;
  static constexpr unsigned kNarrowBits = 7, kWideBits = 9;
  static constexpr unsigned kOffsetBits = 15, kSlopeBits = 13;  ///< both signed, as the device holds them
  static constexpr long kOffsetEnd = 1L << (kOffsetBits - 1);

  static constexpr uint32_t begin(unsigned segment) {
    return segment < 16 ? segment << kNarrowBits : kNarrowEnd + ((segment - 16) << kWideBits);
  }
  static constexpr uint32_t width(unsigned segment) {
    return 1U << (segment < 16 ? kNarrowBits : kWideBits);
  }

  std::array<int16_t, kSegments> a{};
  std::array<int16_t, kSegments> b{};
};

/// h(|x|) of a table, 16 bits signed LSB 2^-14; magnitude 0..32768, LSB 2^-10.
constexpr int32_t tableH(uint32_t magnitude, const ActivationTable& table, TableForm form) {
  using Table = ActivationTable;
  if (magnitude >= Table::kEnd && form == TableForm::Relu) return 0;
  magnitude = std::min(magnitude, Table::kEnd - 1);
  const bool wide = magnitude >= Table::kNarrowEnd;
  const unsigned bits = wide ? Table::kWideBits : Table::kNarrowBits;
  const uint32_t segment = wide ? (magnitude >> bits) + 12 : magnitude >> bits;
  const auto fraction = static_cast<int32_t>(magnitude & ((1U << bits) - 1));
  return table.a[segment] + static_cast<int32_t>(rshr(table.b[segment] * fraction, bits));
}

/// y, 20 bits signed.
constexpr int32_t tableActivation(int16_t x, const ActivationTable& table, TableForm form) {
  const int32_t wide = x;
  const int32_t h = tableH(static_cast<uint32_t>(wide < 0 ? -wide : wide), table, form);
  if (form == TableForm::Odd) return wide < 0 ? -h : h;
  return (std::max(wide, 0) << 4) - h;
}

constexpr TableForm tableForm(ActivationKind kind) {
  return kind == ActivationKind::Tanh ? TableForm::Odd : TableForm::Relu;
}

/// The smallest largest error in each segment, with a[0] = 0 (fitActivation in sw/numerics/fit.hpp
/// finds them again). Of a kind that is no table: zeros, which are ReLU's.
constexpr ActivationTable activationTable(ActivationKind kind) {
  switch (kind) {
    case ActivationKind::GeluTanh:
      return {.a = {0, 934, 1655, 2184, 2537, 2732, 2792, 2741, 2605, 2407, 2168, 1909, 1645,
                    1388, 1149, 932, 719, 234, 55, 9, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
              .b = {940, 722, 531, 354, 197, 62, -49, -135, -197, -237, -258, -264, -256, -239,
                    -216, -190, -497, -188, -50, -9, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}};
    case ActivationKind::QuickGelu:
      return {.a = {0, 928, 1630, 2134, 2460, 2634, 2686, 2642, 2529, 2369, 2181, 1979, 1774,
                    1575, 1387, 1212, 1039, 563, 290, 145, 71, 34, 16, 8, 4, 2, 1, 0, 0, 0, 0, 0},
              .b = {935, 704, 506, 328, 177, 53, -42, -112, -159, -187, -201, -204, -199, -188,
                    -175, -159, -481, -277, -148, -76, -38, -18, -9, -4, -2, -1, 0, 0, 0, 0, 0, 0}};
    case ActivationKind::Silu:
      return {.a = {0, 968, 1801, 2510, 3100, 3576, 3948, 4223, 4411, 4521, 4564, 4549, 4486,
                    4382, 4246, 4086, 3911, 3101, 2322, 1672, 1171, 804, 544, 364, 241, 158, 104,
                    67, 44, 28, 18, 12},
              .b = {971, 834, 710, 591, 478, 373, 276, 189, 111, 44, -14, -63, -103, -135, -160,
                    -179, -799, -776, -650, -502, -369, -262, -182, -124, -83, -55, -37, -24, -16,
                    -10, -7, -4}};
    case ActivationKind::Tanh:
      return {.a = {0, 2043, 4021, 5882, 7583, 9099, 10418, 11543, 12487, 13268, 13905, 14421,
                    14835, 15165, 15427, 15633, 15817, 16173, 16306, 16355, 16373, 16380, 16383,
                    16383, 16383, 16383, 16383, 16383, 16383, 16383, 16383, 16383},
              .b = {2040, 1976, 1859, 1701, 1516, 1320, 1127, 946, 782, 639, 517, 415, 331, 263,
                    208, 164, 370, 138, 51, 19, 7, 3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}};
    case ActivationKind::Gelu:
    case ActivationKind::Relu: break;
  }
  return {};
}

}  // namespace intformer
