#pragma once

#include <cstdint>
#include <cstdlib>

namespace intformer::test {

/// Seed of random tests: INTFORMER_SEED, else 1.
inline uint32_t testSeed() {
  const char* text = std::getenv("INTFORMER_SEED");
  return text != nullptr ? static_cast<uint32_t>(std::strtoul(text, nullptr, 10)) : 1;
}

}  // namespace intformer::test
