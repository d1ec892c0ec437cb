#include <cstdint>
#include <random>
#include <vector>

#include "sw/emulator/tile_product.hpp"
#include "tests/catch.hpp"

namespace intformer {
namespace {

/// One element of the result by plain integers modulo 2^32.
template <uint32_t Dim>
uint32_t plain(const std::vector<uint8_t>& a, bool aUnsigned,
               const emulator::TileWeights<Dim>& weights, uint32_t row, uint32_t column,
               uint32_t before) {
  for (uint32_t i = 0; i < Dim; ++i) {
    const uint8_t byte = a[row * Dim + i];
    const int32_t x = aUnsigned ? byte : static_cast<int8_t>(byte);
    before += static_cast<uint32_t>(x * static_cast<int32_t>(weights[i][column]));
  }
  return before;
}

template <uint32_t Dim>
void compareWithPlain(std::mt19937& random, bool extreme) {
  for (const bool aUnsigned : {false, true})
    for (const bool fresh : {false, true})
      for (const uint32_t rows : {1U, 3U, 4U, 11U}) {
        INFO(Dim << " columns, " << rows << " rows, unsigned " << aUnsigned << ", fresh " << fresh);
        std::vector<uint8_t> a(rows * Dim);
        for (uint8_t& x : a) x = static_cast<uint8_t>(extreme ? (aUnsigned ? 255 : 128) : random());
        emulator::TileWeights<Dim> weights;
        for (auto& line : weights)
          for (float& w : line)
            w = extreme ? -128.0F : static_cast<float>(static_cast<int8_t>(random()));
        // Near the top of int32, so that sums wrap.
        std::vector<int32_t> before(rows * Dim);
        for (int32_t& sum : before) sum = INT32_MAX - static_cast<int32_t>(random() % 1000);
        std::vector<int32_t> c = before;
        emulator::multiplyTile<Dim>(a.data(), aUnsigned, weights, c.data(), fresh, rows);
        uint32_t wrong = 0;
        for (uint32_t r = 0; r < rows; ++r)
          for (uint32_t j = 0; j < Dim; ++j) {
            const uint32_t start = fresh ? 0 : static_cast<uint32_t>(before[r * Dim + j]);
            const uint32_t expected = plain<Dim>(a, aUnsigned, weights, r, j, start);
            wrong += static_cast<uint32_t>(c[r * Dim + j]) == expected ? 0 : 1;
          }
        CHECK(wrong == 0);
      }
}

}  // namespace

TEST_CASE("tile products equal plain integers for every array size", "[emulator]") {
  constexpr unsigned kSeed = 7;
  INFO("seed " << kSeed);
  std::mt19937 random(kSeed);
  for (const bool extreme : {false, true}) {
    compareWithPlain<4>(random, extreme);
    compareWithPlain<8>(random, extreme);
    compareWithPlain<16>(random, extreme);
    compareWithPlain<32>(random, extreme);
    compareWithPlain<64>(random, extreme);
  }
}

}  // namespace intformer
