#include "tests/system/same_memory.hpp"

using namespace intformer;
using namespace intformer::system_test;

namespace {

/// Programs per config; four configs make two thousand.
constexpr uint64_t kPrograms = 500;

/// The first program after a power-up: later ones find what the first has left.
void fromRandomStart(const std::string& config, uint64_t firstSeed, uint64_t count) {
  const Plan plan = planOf(config);
  const auto library = tb::buildDevice(plan, emitAll(plan), {.randomStart = true});
  for (uint64_t seed = firstSeed; seed < firstSeed + count; ++seed) {
    INFO(config << ", power-up and seed " << seed);
    Device device(plan, library, seed);
    requireSameMemory(device, seed);
  }
}

void manyPrograms(const std::string& config, uint64_t firstSeed) {
  Device device(config);
  for (uint64_t seed = firstSeed; seed < firstSeed + kPrograms; ++seed) {
    INFO(config << ", seed " << seed);
    requireSameMemory(device, seed);
  }
}

}  // namespace

TEST_CASE("random programs leave the emulator's memory on tiny4", "[tiny4]") {
  manyPrograms("tiny4", 1000);
}
TEST_CASE("the memory does not depend on what registers and memories hold at power-up", "[start]") {
  fromRandomStart("tiny4", 1500, 40);
}
TEST_CASE("random programs leave the emulator's memory on edge8", "[edge8]") {
  manyPrograms("edge8", 2000);
}
TEST_CASE("random programs leave the emulator's memory on base16", "[base16]") {
  manyPrograms("base16", 3000);
}
TEST_CASE("random programs leave the emulator's memory on wide32", "[wide32]") {
  manyPrograms("wide32", 4000);
}
