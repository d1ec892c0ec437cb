#pragma once

#include <cstdint>
#include <cstring>

/// The emulator's inner loop: rows of A times one DIM x DIM tile of B.
namespace intformer::emulator {

/// N values that one vector instruction, or a few, works on.
template <typename T, uint32_t N>
struct LanesOf {
  typedef T Type __attribute__((vector_size(N * sizeof(T))));
};
template <typename T, uint32_t N>
using Lanes = typename LanesOf<T, N>::Type;

/// One tile of the stationary operand: [depth element][column]. Numbers as float: processors
/// multiply and add those in one instruction, 32-bit integers in four. Every sum is exact, as it
/// stays below 64 * 255 * 128 < 2^24 within a tile.
template <uint32_t Dim>
using TileWeights = float[Dim][Dim];

/// c[r] += a[r] * weights for `Rows` rows of Dim bytes; or c[r] = ..., when fresh. The sums in c
/// wrap as the device's do.
template <uint32_t Dim, uint32_t Rows>
void multiplyRows(const uint8_t* a, bool aUnsigned, const TileWeights<Dim>& weights, int32_t* c,
                  bool fresh) {
  constexpr uint32_t kColumns = Dim < 16 ? Dim : 16;
  float x[Rows * Dim];
  if (aUnsigned)
    for (uint32_t i = 0; i < Rows * Dim; ++i) x[i] = a[i];
  else
    for (uint32_t i = 0; i < Rows * Dim; ++i) x[i] = static_cast<int8_t>(a[i]);
  for (uint32_t j = 0; j < Dim; j += kColumns) {
    Lanes<float, kColumns> sums[Rows] = {};
    for (uint32_t i = 0; i < Dim; ++i) {
      Lanes<float, kColumns> w;
      std::memcpy(&w, &weights[i][j], sizeof w);
#pragma GCC unroll 4
      for (uint32_t r = 0; r < Rows; ++r) sums[r] += x[r * Dim + i] * w;
    }
#pragma GCC unroll 4
    for (uint32_t r = 0; r < Rows; ++r) {
      int32_t* const to = c + r * Dim + j;
      Lanes<uint32_t, kColumns> total = {};
      if (!fresh) std::memcpy(&total, to, sizeof total);
      using Integers = Lanes<int32_t, kColumns>;
      total += reinterpret_cast<Lanes<uint32_t, kColumns>>(
          __builtin_convertvector(sums[r], Integers));
      std::memcpy(to, &total, sizeof total);
    }
  }
}

/// The same for any number of rows.
template <uint32_t Dim>
void multiplyTile(const uint8_t* a, bool aUnsigned, const TileWeights<Dim>& weights, int32_t* c,
                  bool fresh, uint64_t rows) {
  constexpr uint32_t kRows = 4;  // their sums and one row of weights fit in registers
  for (; rows >= kRows; rows -= kRows, a += kRows * Dim, c += kRows * Dim)
    multiplyRows<Dim, kRows>(a, aUnsigned, weights, c, fresh);
  for (; rows > 0; --rows, a += Dim, c += Dim)
    multiplyRows<Dim, 1>(a, aUnsigned, weights, c, fresh);
}

}  // namespace intformer::emulator
