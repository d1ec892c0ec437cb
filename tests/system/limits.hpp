#pragma once

#include <string>
#include <vector>

#include "gen/plan.hpp"

/// Devices at the ends of what a config may say, derived from the table of keys (gen/config_keys.hpp):
/// a new key is among them by itself.
namespace intformer::system_test {

/// A device with one key at an end of its range; the others are those of a small or a large array,
/// changed as far as the loader asks for it.
struct Limit {
  std::string key;
  std::string wanted;     ///< the end of the key's range
  std::string value;      ///< what the loader took: nearer, where other keys allow no more
  std::string refusal;    ///< why, or empty
  Plan plan;

  [[nodiscard]] bool reached() const { return value == wanted; }
  /// "vector.lanes=64", and what it became
  [[nodiscard]] std::string text() const;
  /// Bytes of the device's memories.
  [[nodiscard]] uint64_t memoryBytes() const;
};

/// Every end of every key.
std::vector<Limit> everyLimit();

/// Devices of 4x4 whose other keys are all at one end or the other: all low, all high, and in turn.
std::vector<Plan> combinedLimits();

}  // namespace intformer::system_test
