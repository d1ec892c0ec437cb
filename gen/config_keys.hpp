#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "gen/plan.hpp"

namespace intformer {

/// The numbers of a config file by their keys, as written.
using ConfigValues = std::map<std::string_view, int64_t>;

/// One key of the config file: what its value may be by itself, what it is where the file does not
/// say, and where it goes in the Plan.
struct ConfigKey {
  using Member = std::variant<uint32_t Plan::*, std::string Plan::*, Family Plan::*, Fabric Plan::*,
                              Counters Plan::*, Activations Plan::*>;

  std::string_view path;  ///< dotted
  Member member;          ///< a number's is value / unit
  std::string_view doc;
  int64_t low = 0;
  int64_t high = 0;
  bool powerOfTwo = false;
  int64_t fallback = 0;  ///< times array.dim once for each `power`; of the name see loadConfig()
  int power = 0;
  int64_t (*unit)(const ConfigValues& values) = nullptr;  ///< nullptr: 1

  [[nodiscard]] bool isWord() const { return !std::holds_alternative<uint32_t Plan::*>(member); }
  /// The words that it may be, where they are few.
  [[nodiscard]] std::span<const std::string_view> words() const;
  /// Which of words() the plan has, and sets it; of a key that has words alone.
  [[nodiscard]] uint32_t wordOf(const Plan& plan) const;
  void setWord(Plan& plan, uint32_t index) const;
  [[nodiscard]] int64_t fallbackFor(int64_t dim) const;
};

/// Why a value is refused, and the nearest one that is not.
struct Refusal {
  std::string reason;
  std::string suggestion;
};

/// All keys, in the order of the config files; array.dim comes before all that depend on it.
std::span<const ConfigKey> configKeys();
std::optional<Refusal> checkNumber(const ConfigKey& key, int64_t value);
std::optional<Refusal> checkWord(const ConfigKey& key, std::string_view value);

/// A check of several values together, made when each is legal by itself; the fault is reported at
/// the first.
struct CrossCheck {
  std::array<std::string_view, 3> needs;
  std::optional<Refusal> (*check)(const ConfigValues& values);
};
std::span<const CrossCheck> crossChecks();

/// "My-Chip" -> "my_chip": the nearest name that a device may have.
std::string legalName(std::string_view name);

/// What a file may say, a row per key: a Markdown table.
std::string configKeysMarkdown();

/// The word of `candidates` that a person who wrote `written` may have meant, or empty.
std::string_view nearestWord(std::string_view written,
                             std::span<const std::string_view> candidates);

}  // namespace intformer
