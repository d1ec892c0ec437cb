#include <cmath>

#include "sw/numerics/integer.hpp"
#include "tests/catch.hpp"

using namespace intformer;

TEST_CASE("rshr rounds half up for both signs and keeps p at shift 0") {
  CHECK(rshr(5, 0) == 5);
  CHECK(rshr(-5, 0) == -5);
  CHECK(rshr(5, 1) == 3);
  CHECK(rshr(-5, 1) == -2);
  CHECK(rshr(6, 2) == 2);
  CHECK(rshr(-6, 2) == -1);
  CHECK(rshr(-7, 2) == -2);
  CHECK(rshr((int64_t{1} << 48) - 1, 63) == 0);
  CHECK(rshr(-(int64_t{1} << 48), 63) == 0);
}

TEST_CASE("rshr equals the floor of the real quotient plus one half, and its hardware form") {
  for (const int64_t p : {0LL, 1LL, -1LL, 12345LL, -12345LL, 2147483647LL * 65535,
                          -2147483648LL * 65535})
    for (unsigned s = 0; s < 63; ++s) {
      const auto real = std::ldexp(static_cast<long double>(p), -static_cast<int>(s));
      const long double exact = std::floor(real + 0.5L);
      INFO("p " << p << " s " << s);
      REQUIRE(static_cast<long double>(rshr(p, s)) == exact);
      if (s > 0) REQUIRE(rshr(p, s) == ((p >> (s - 1)) + 1) >> 1);
    }
}

TEST_CASE("saturate clamps to two's complement") {
  CHECK(saturate8(127) == 127);
  CHECK(saturate8(128) == 127);
  CHECK(saturate8(-128) == -128);
  CHECK(saturate8(-129) == -128);
  CHECK(saturate16(int64_t{1} << 48) == 32767);
  CHECK(saturate16(-(int64_t{1} << 48)) == -32768);
  CHECK(saturate<34>(int64_t{1} << 40) == (int64_t{1} << 33) - 1);
}

TEST_CASE("bitLength counts the bits of a number") {
  CHECK(bitLength(0) == 0);
  CHECK(bitLength(1) == 1);
  CHECK(bitLength(255) == 8);
  CHECK(bitLength(256) == 9);
  CHECK(bitLength(~uint64_t{0}) == 64);
}

TEST_CASE("bitReverse8 mirrors every byte") {
  for (unsigned v = 0; v < 256; ++v) {
    unsigned expected = 0;
    for (unsigned bit = 0; bit < 8; ++bit) expected |= (v >> bit & 1) << (7 - bit);
    REQUIRE(bitReverse8(static_cast<uint8_t>(v)) == expected);
  }
}

TEST_CASE("integerSqrt is exact at every perfect square of [2^30, 2^32) and one beside it") {
  for (uint64_t root = 32768; root < 65536; ++root) {
    const uint64_t square = root * root;
    REQUIRE(integerSqrt(static_cast<uint32_t>(square)) == root);
    REQUIRE(integerSqrt(static_cast<uint32_t>(square - 1)) == root - 1);
    REQUIRE(integerSqrt(static_cast<uint32_t>(square + 1)) == root);
  }
  CHECK(integerSqrt(0) == 0);
  CHECK(integerSqrt(0xffffffff) == 65535);
}
