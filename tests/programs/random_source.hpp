#pragma once

#include <cstdint>
#include <random>

namespace intformer::test {

/// Random integers that depend on the seed alone, not on the standard library's distributions.
class RandomSource {
 public:
  explicit RandomSource(uint64_t seed) : engine_(seed) {}
  /// 0 .. count - 1; count > 0. The bias of the remainder does not matter here.
  uint64_t below(uint64_t count) { return engine_() % count; }
  /// low .. high, both included.
  int64_t range(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(below(static_cast<uint64_t>(high - low) + 1));
  }
  bool chance(unsigned percent) { return below(100) < percent; }

 private:
  std::mt19937_64 engine_;
};

}  // namespace intformer::test
