#include <climits>
#include <cmath>
#include <random>

#include "sw/numerics/scale.hpp"
#include "tests/catch.hpp"

using namespace intformer;

TEST_CASE("a real scale becomes a normalized multiplier within 2^-16") {
  CHECK(scaleFromReal(1.0, "t") == kIdentityScale);
  CHECK(scaleFromReal(0.75, "t") == Scale{49152, 16});
  CHECK(scaleFromReal(32767, "t").shift == 1);
  std::mt19937_64 random(1);
  for (int i = 0; i < 100000; ++i) {
    const double value = std::exp2(std::uniform_real_distribution(-30.0, 14.9)(random));
    const Scale scale = scaleFromReal(value, "t");
    REQUIRE(scale.multiplier >= 32768);
    REQUIRE(scale.shift >= 1);
    REQUIRE(scale.shift <= kMaxScaleShift);
    REQUIRE(std::abs(scale.real() / value - 1) <= 0x1p-16);
  }
}

TEST_CASE("a multiplier that rounds up to 2^16 moves to the next shift") {
  CHECK(scaleFromReal(std::nextafter(1.0, 0.0), "t") == kIdentityScale);
}

TEST_CASE("scales beyond the format are zero when small and refused when large") {
  CHECK(scaleFromReal(0, "t") == Scale{0, 1});
  CHECK(scaleFromReal(0x1p-32, "t") == Scale{32768, 47});
  CHECK(scaleFromReal(0x1p-33, "t") == Scale{0, 1});
  CHECK_THROWS_WITH(scaleFromReal(65536, "layer3.query"), containsText("layer3.query"));
  CHECK_THROWS_AS(scaleFromReal(-1, "t"), ScaleError);
  CHECK_THROWS_AS(scaleFromReal(NAN, "t"), ScaleError);
  CHECK_THROWS_AS(scaleFromReal(INFINITY, "t"), ScaleError);
}

TEST_CASE("requantize at all corners equals the clamped floor of the real product plus one half") {
  for (const int64_t acc : {int64_t{INT_MIN}, int64_t{-1}, int64_t{0}, int64_t{1},
                            int64_t{INT_MAX}})
    for (const uint16_t multiplier : {0, 32768, 65535})
      for (uint8_t shift = 1; shift <= kMaxScaleShift; ++shift)
        for (const int zero : {-128, 0, 127}) {
          const Scale scale{multiplier, shift};
          const long double real =
              std::floor(std::ldexp(static_cast<long double>(acc) * multiplier, -shift) + 0.5L) +
              zero;
          INFO("acc " << acc << " M " << multiplier << " s " << int{shift} << " z " << zero);
          REQUIRE(static_cast<long double>(requantize<8>(acc, scale, zero)) ==
                  std::clamp(real, -128.0L, 127.0L));
          REQUIRE(static_cast<long double>(requantize<16>(acc, scale, zero)) ==
                  std::clamp(real, -32768.0L, 32767.0L));
        }
}

TEST_CASE("requantize to 8 bits errs by at most 0.502 LSB against the real scale") {
  std::mt19937_64 random(2);
  double worst = 0;
  for (int i = 0; i < 2000000; ++i) {
    const double scale = std::exp2(std::uniform_real_distribution(-24.0, -4.0)(random));
    const double target = std::uniform_real_distribution(-128.0, 127.0)(random);
    const auto acc = static_cast<int32_t>(std::lround(target / scale));
    if (std::abs(acc * scale) > 127) continue;
    const auto out = static_cast<double>(requantize<8>(acc, scaleFromReal(scale, "t")));
    worst = std::max(worst, std::abs(out - acc * scale));
  }
  CAPTURE(worst);
  CHECK(worst > 0.49);
  CHECK(worst <= 0.502);
}

TEST_CASE("residual adds two rounded terms and saturates once") {
  CHECK(residual(100, kIdentityScale, 23, kIdentityScale) == 123);
  CHECK(residual(3, {32768, 16}, 3, {32768, 16}) == 4);    // 1.5 and 1.5 round up each
  CHECK(residual(-3, {32768, 16}, -3, {32768, 16}) == -2);  // -1.5 rounds up to -1
  CHECK(residual(INT_MAX, {65535, 1}, -32768, {65535, 1}) == 32767);
  CHECK(residual(60000, kIdentityScale, -32768, kIdentityScale) == 27232);  // not saturated before
  CHECK(residual(0, {65535, 1}, -7, kIdentityScale) == -7);
}

TEST_CASE("clamping the first residual term to 34 bits changes nothing") {
  std::mt19937_64 random(3);
  const auto corner = [&](auto... values) {
    const int64_t all[] = {values...};
    return all[random() % (sizeof...(values))];
  };
  for (int i = 0; i < 1000000; ++i) {
    const int64_t acc = random() % 2 == 0 ? static_cast<int32_t>(random())
                                          : corner(INT_MIN, INT_MAX, INT64_C(0));
    const auto id = static_cast<int16_t>(random() % 2 == 0 ? static_cast<int64_t>(random() & 0xffff)
                                                           : corner(-32768, 32767, 0));
    const Scale product{static_cast<uint16_t>(random()), static_cast<uint8_t>(1 + random() % 47)};
    const Scale skip{static_cast<uint16_t>(random()), static_cast<uint8_t>(1 + random() % 47)};
    const int64_t clamped = saturate<34>(scaled(acc, product)) + scaled(id, skip);
    REQUIRE(residual(acc, product, id, skip) == saturate16(clamped));
  }
}
