#pragma once

#include <cstdint>

namespace intformer::model {

/// Seeded numbers that are the same on every machine (splitmix64, Steele et al. 2014).
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }
  /// Uniform in [0, bound).
  uint32_t below(uint32_t bound) { return static_cast<uint32_t>((next() >> 32) * bound >> 32); }
  /// Uniform in [0, 1).
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  /// Mean 0, deviation 1, bell-shaped and bounded by 3.47: the sum of four 16-bit uniform numbers.
  double normal() {
    const uint64_t v = next();
    const auto sum = static_cast<double>((v & 0xffff) + (v >> 16 & 0xffff) + (v >> 32 & 0xffff) +
                                         (v >> 48));
    return (sum - 2 * 65535.0) / (65535.0 * 0.5773502691896258);
  }

 private:
  uint64_t state_;
};

}  // namespace intformer::model
