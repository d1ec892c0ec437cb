#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace intformer {

/// The values of a config file, as written. Each is legal by itself when the loader hands it on.
struct Settings {
  std::string name;
  std::string family;
  int64_t dim = 0;
  int64_t accumulatorBytes = 0;
  int64_t accumulatorBanks = 0;
  int64_t scratchpadBytes = 0;
  int64_t scratchpadBanks = 0;
  int64_t lanes = 0;
  int64_t statRows = 0;
  int64_t dataBits = 0;
  int64_t addressBits = 0;
  int64_t maxBurstBeats = 0;
  int64_t outstandingReads = 0;
  int64_t outstandingWrites = 0;
  int64_t queueDepth = 0;
  int64_t fetchDepth = 0;
  int64_t windows = 0;
};

/// One key of the config file and what its value may be, by itself.
struct ConfigKey {
  std::string_view path;  ///< dotted
  int64_t Settings::*number = nullptr;
  int64_t low = 0;
  int64_t high = 0;
  bool powerOfTwo = false;
  std::string Settings::*word = nullptr;  ///< instead of `number`

  [[nodiscard]] bool isWord() const { return word != nullptr; }
};

/// Why a value is refused, and the nearest one that is not.
struct Refusal {
  std::string reason;
  std::string suggestion;
};

/// All keys, in the order of the config files. Every one must be given.
std::span<const ConfigKey> configKeys();
std::optional<Refusal> checkNumber(const ConfigKey& key, int64_t value);
std::optional<Refusal> checkWord(const ConfigKey& key, std::string_view value);

/// A check of several values together, made when each is legal by itself; the fault is reported at
/// the first.
struct CrossCheck {
  std::array<std::string_view, 3> needs;
  std::optional<Refusal> (*check)(const Settings& settings);
};
std::span<const CrossCheck> crossChecks();

/// The word of `candidates` that a person who wrote `written` may have meant, or empty.
std::string_view nearestWord(std::string_view written,
                             std::span<const std::string_view> candidates);

}  // namespace intformer
