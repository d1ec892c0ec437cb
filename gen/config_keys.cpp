#include "gen/config_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <numeric>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

namespace intformer {
namespace {

constexpr int64_t kAddressableRows = int64_t{1} << 24;  // command addresses have 24 bits
constexpr int64_t kAddressableStatRows = int64_t{1} << 16;
constexpr int64_t kBurstBytes = 4096;  // AXI4: no burst crosses a 4 KiB boundary
constexpr int64_t kMaxNameLength = 32;

/// Two blocks of A, two of B and the result, so that load, matmul and vector can overlap.
constexpr int64_t minScratchWords(int64_t dim) { return 8 * dim; }
/// Two column tiles: one fills while the other drains.
constexpr int64_t minAccRows(int64_t dim) { return 2 * dim; }

int64_t wordBytes(const ConfigValues& v) { return v.at("array.dim"); }
int64_t accRowBytes(const ConfigValues& v) { return 4 * v.at("array.dim"); }
int64_t bitsPerByte(const ConfigValues& /*values*/) { return 8; }

// Bytes are only bounded roughly here; the cross-checks know the widths that they depend on.
constexpr std::array kKeys = {
    ConfigKey{.path = "name", .member = &Plan::name,
              .doc = "what every emitted module, package and file begins with"},
    ConfigKey{.path = "array.dim", .member = &Plan::dim,
              .doc = "rows = columns of the systolic array",
              .low = 4, .high = 64, .powerOfTwo = true, .fallback = 16},
    ConfigKey{.path = "array.dsp_multipliers", .member = &Plan::dspMultipliers,
              .doc = "products of the array that DSPs make, at most array.dim^2; LUTs make the others",
              .low = 0, .high = 64 * 64, .fallback = 1, .power = 2},
    ConfigKey{.path = "accumulator.bytes", .member = &Plan::accRows,
              .doc = "int32 sums: rows of 4 * array.dim bytes",
              .low = 1, .high = kAddressableRows * 64 * 4, .fallback = 256, .power = 2,
              .unit = accRowBytes},
    ConfigKey{.path = "accumulator.banks", .member = &Plan::accBanks,
              .doc = "one is read or written by the array while another drains",
              .low = 2, .high = 16, .powerOfTwo = true, .fallback = 2},
    ConfigKey{.path = "scratchpad.bytes", .member = &Plan::scratchWords,
              .doc = "operands and results: words of array.dim bytes",
              .low = 1, .high = kAddressableRows * 64, .fallback = 2048, .power = 2,
              .unit = wordBytes},
    ConfigKey{.path = "scratchpad.banks", .member = &Plan::scratchBanks,
              .doc = "words that can be read or written in one cycle",
              .low = 2, .high = 16, .powerOfTwo = true, .fallback = 4},
    ConfigKey{.path = "vector.lanes", .member = &Plan::lanes,
              .doc = "columns that the vector unit takes per cycle, at most array.dim",
              .low = 1, .high = 64, .powerOfTwo = true, .fallback = 1, .power = 1},
    ConfigKey{.path = "vector.family", .member = &Plan::family,
              .doc = "how GELU and 2^-x are computed: tables (pwl) or polynomials (ibert)"},
    ConfigKey{.path = "vector.activations", .member = &Plan::activations,
              .doc = "what follows a matmul: GELU alone, or also functions that programs bring as tables"},
    ConfigKey{.path = "vector.stat_rows", .member = &Plan::statRows,
              .doc = "slots for a row's maximum, sums and scalars, at least array.dim",
              .low = 4, .high = kAddressableStatRows, .fallback = 32, .power = 1},
    ConfigKey{.path = "bus.data_bits", .member = &Plan::busBytes,
              .doc = "width of the AXI data bus",
              .low = 32, .high = 512, .powerOfTwo = true, .fallback = 8, .power = 1,
              .unit = bitsPerByte},
    ConfigKey{.path = "bus.address_bits", .member = &Plan::addressBits,
              .doc = "width of the AXI address bus",
              .low = 32, .high = 64, .fallback = 40},
    ConfigKey{.path = "bus.max_burst_beats", .member = &Plan::maxBurstBeats,
              .doc = "beats of a burst, at most 4096 bytes of them",
              .low = 1, .high = 256, .powerOfTwo = true, .fallback = 64},
    ConfigKey{.path = "bus.outstanding_reads", .member = &Plan::outstandingReads,
              .doc = "load bursts in flight", .low = 1, .high = 64, .fallback = 8},
    ConfigKey{.path = "bus.outstanding_writes", .member = &Plan::outstandingWrites,
              .doc = "store bursts in flight", .low = 1, .high = 64, .fallback = 8},
    ConfigKey{.path = "commands.queue_depth", .member = &Plan::queueDepth,
              .doc = "commands that wait before each unit",
              .low = 2, .high = 256, .fallback = 8},
    ConfigKey{.path = "commands.fetch_depth", .member = &Plan::fetchDepth,
              .doc = "commands fetched ahead", .low = 2, .high = 256, .fallback = 16},
    ConfigKey{.path = "protection.windows", .member = &Plan::windowCount,
              .doc = "address windows that the host can open",
              .low = 1, .high = 8, .fallback = 4},
    ConfigKey{.path = "registers.counters", .member = &Plan::counters,
              .doc = "what the device counts of a run: also where each unit's time goes (full), or cycles, "
                     "work and bytes alone (basic)"},
    ConfigKey{.path = "target.family", .member = &Plan::fabric,
              .doc = "what the hardware is built for: a DSP of UltraScale makes two products of the array"},
    ConfigKey{.path = "target.clock_mhz", .member = &Plan::clockMhz,
              .doc = "clock that is aimed at, for the times of estimate; 0: none is said",
              .low = 0, .high = 2000, .fallback = 0},
};

int64_t nearestPowerOfTwo(int64_t value) {
  if (value < 1) return 1;
  const auto below = static_cast<int64_t>(std::bit_floor(static_cast<uint64_t>(value)));
  return value - below < 2 * below - value ? below : 2 * below;
}

std::optional<Refusal> atMost(int64_t value, int64_t limit, std::string_view limitText) {
  if (value <= limit) return std::nullopt;
  return Refusal{fmt::format("must be at most {} = {}, got {}", limitText, limit, value),
                 std::to_string(limit)};
}

std::optional<Refusal> multipleWithin(int64_t value, int64_t unit, std::string_view unitText,
                                      int64_t low, std::string_view lowText, int64_t high) {
  const int64_t first = (low + unit - 1) / unit * unit;
  const int64_t last = high / unit * unit;
  const int64_t nearest = std::clamp((value + unit / 2) / unit * unit, first, last);
  const std::string suggestion = std::to_string(nearest);
  if (value < first)
    return Refusal{fmt::format("must be at least {} = {}, got {}", lowText, first, value),
                   suggestion};
  if (value > last)
    return Refusal{fmt::format("must be at most {} (24-bit addresses), got {}", last, value),
                   suggestion};
  if (value % unit != 0)
    return Refusal{fmt::format("must be a multiple of {} = {}, got {}", unitText, unit, value),
                   suggestion};
  return std::nullopt;
}

std::optional<Refusal> lanesFitDim(const ConfigValues& v) {
  return atMost(v.at("vector.lanes"), v.at("array.dim"), "array.dim");
}

std::optional<Refusal> dspMultipliersFitArray(const ConfigValues& v) {
  return atMost(v.at("array.dsp_multipliers"), v.at("array.dim") * v.at("array.dim"),
                "array.dim^2");
}

std::optional<Refusal> statRowsHoldABlock(const ConfigValues& v) {
  const int64_t rows = v.at("vector.stat_rows");
  const int64_t dim = v.at("array.dim");
  if (rows >= dim) return std::nullopt;
  return Refusal{fmt::format("must be at least array.dim = {}, got {}", dim, rows),
                 std::to_string(dim)};
}

std::optional<Refusal> burstStaysInPage(const ConfigValues& v) {
  return atMost(v.at("bus.max_burst_beats"), kBurstBytes / (v.at("bus.data_bits") / 8),
                "4096 / (bus.data_bits / 8)");
}

std::optional<Refusal> scratchpadDivides(const ConfigValues& v) {
  const int64_t word = wordBytes(v);
  return multipleWithin(v.at("scratchpad.bytes"), word * v.at("scratchpad.banks"),
                        "array.dim * scratchpad.banks", minScratchWords(v.at("array.dim")) * word,
                        "8 * array.dim^2", kAddressableRows * word);
}

std::optional<Refusal> accumulatorDivides(const ConfigValues& v) {
  const int64_t row = accRowBytes(v);
  return multipleWithin(v.at("accumulator.bytes"), row * v.at("accumulator.banks"),
                        "4 * array.dim * accumulator.banks", minAccRows(v.at("array.dim")) * row,
                        "8 * array.dim^2", kAddressableRows * row);
}

constexpr std::array kCrossChecks = {
    CrossCheck{{"array.dsp_multipliers", "array.dim"}, dspMultipliersFitArray},
    CrossCheck{{"accumulator.bytes", "accumulator.banks", "array.dim"}, accumulatorDivides},
    CrossCheck{{"scratchpad.bytes", "scratchpad.banks", "array.dim"}, scratchpadDivides},
    CrossCheck{{"vector.lanes", "array.dim"}, lanesFitDim},
    CrossCheck{{"vector.stat_rows", "array.dim"}, statRowsHoldABlock},
    CrossCheck{{"bus.max_burst_beats", "bus.data_bits"}, burstStaysInPage},
};

/// "a", "b" or "c", each written as `form` says.
std::string oneOf(std::span<const std::string_view> words, const char* form) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i != 0) text += i + 1 == words.size() ? " or " : ", ";
    text += fmt::format(fmt::runtime(form), words[i]);
  }
  return text;
}

std::string rangeText(const ConfigKey& key) {
  if (key.path == "name") return fmt::format("{} letters, digits, `_`", kMaxNameLength);
  if (key.isWord()) return oneOf(key.words(), "`\"{}\"`");
  if (key.low == 1 && key.unit != nullptr) return "a multiple of rows and banks";
  return fmt::format("{} to {}{}", key.low, key.high, key.powerOfTwo ? ", a power of two" : "");
}

std::string fallbackText(const ConfigKey& key) {
  constexpr std::array<std::string_view, 3> powers = {"", "array.dim", "array.dim^2"};
  if (key.path == "name") return "the file's name";
  if (key.isWord()) return fmt::format("`\"{}\"`", key.words()[key.wordOf(Plan{})]);
  if (key.power == 0) return std::to_string(key.fallback);
  if (key.fallback == 1) return std::string(powers[key.power]);
  return fmt::format("{} * {}", key.fallback, powers[key.power]);
}

std::size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row.back();
}

}  // namespace

std::span<const std::string_view> ConfigKey::words() const {
  if (std::holds_alternative<Family Plan::*>(member)) return kFamilyNames;
  if (std::holds_alternative<Fabric Plan::*>(member)) return kFabricNames;
  if (std::holds_alternative<Counters Plan::*>(member)) return kCountersNames;
  if (std::holds_alternative<Activations Plan::*>(member)) return kActivationsNames;
  return {};
}

uint32_t ConfigKey::wordOf(const Plan& plan) const {
  return std::visit(
      [&](auto pointer) -> uint32_t {
        if constexpr (std::is_enum_v<std::remove_cvref_t<decltype(plan.*pointer)>>)
          return static_cast<uint32_t>(plan.*pointer);
        throw std::logic_error(std::string(path) + " has no words to choose from");
      },
      member);
}

void ConfigKey::setWord(Plan& plan, uint32_t index) const {
  std::visit(
      [&](auto pointer) {
        using Value = std::remove_cvref_t<decltype(plan.*pointer)>;
        if constexpr (std::is_enum_v<Value>) plan.*pointer = static_cast<Value>(index);
      },
      member);
}

int64_t ConfigKey::fallbackFor(int64_t dim) const {
  int64_t value = fallback;
  for (int i = 0; i < power; ++i) value *= dim;
  return value;
}

std::span<const ConfigKey> configKeys() { return kKeys; }
std::span<const CrossCheck> crossChecks() { return kCrossChecks; }

std::string legalName(std::string_view name) {
  std::string legal;
  for (const char c : name) {
    const auto u = static_cast<unsigned char>(c);
    if (std::isalpha(u) != 0) legal += static_cast<char>(std::tolower(u));
    else if (std::isdigit(u) != 0 && !legal.empty()) legal += c;
    else if (!legal.empty() && legal.back() != '_') legal += '_';
  }
  legal = legal.substr(0, kMaxNameLength);
  while (legal.ends_with('_')) legal.pop_back();
  return legal.empty() ? "device" : legal;
}

std::optional<Refusal> checkNumber(const ConfigKey& key, int64_t value) {
  int64_t nearest = std::clamp(value, key.low, key.high);
  if (key.powerOfTwo) nearest = std::clamp(nearestPowerOfTwo(nearest), key.low, key.high);
  if (nearest == value) return std::nullopt;
  const std::string suggestion = std::to_string(nearest);
  return Refusal{fmt::format("must be a{} from {} to {}, got {}",
                             key.powerOfTwo ? " power of two" : "n integer", key.low, key.high,
                             value),
                 suggestion};
}

std::optional<Refusal> checkWord(const ConfigKey& key, std::string_view value) {
  if (const auto words = key.words(); !words.empty()) {
    if (std::ranges::find(words, value) != words.end()) return std::nullopt;
    const auto meant = nearestWord(value, words);
    return Refusal{fmt::format("must be {}, got \"{}\"", oneOf(words, "\"{}\""), value),
                   fmt::format("\"{}\"", meant.empty() ? words.back() : meant)};
  }
  if (value == legalName(value)) return std::nullopt;
  return Refusal{fmt::format("must be 1 to {} small letters, digits and single underscores, a "
                             "letter first, no underscore last, got \"{}\"",
                             kMaxNameLength, value),
                 fmt::format("\"{}\"", legalName(value))};
}

std::string_view nearestWord(std::string_view written,
                             std::span<const std::string_view> candidates) {
  std::string_view best;
  std::size_t bestDistance = std::max<std::size_t>(written.size() / 3, 1) + 1;
  for (const auto candidate : candidates)
    if (const auto distance = editDistance(written, candidate); distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  return best;
}

std::string configKeysMarkdown() {
  std::string text = "| key | value | where it is left out | |\n|---|---|---|---|\n";
  for (const ConfigKey& key : kKeys)
    text += fmt::format("| `{}` | {} | {} | {} |\n", key.path, rangeText(key), fallbackText(key),
                        key.doc);
  return text;
}

}  // namespace intformer
