// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace intformer::test {

/// Reproducible random numbers.
class Dice {
 public:
  explicit Dice(uint32_t seed) : engine_(seed) {}
  uint64_t upTo(uint64_t last) { return engine_() % (last + 1); }
  uint64_t between(uint64_t first, uint64_t last) { return first + upTo(last - first); }
  bool chance(double probability) {
    return static_cast<double>(engine_() >> 11) < probability * 9007199254740992.0;
  }
  std::vector<uint8_t> bytes(std::size_t count) {
    std::vector<uint8_t> out(count);
    for (uint8_t& b : out) b = static_cast<uint8_t>(upTo(255));
    return out;
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace intformer::test
