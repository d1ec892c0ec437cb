#include "gen/config_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <numeric>
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

constexpr ConfigKey number(std::string_view path, int64_t Settings::*member, int64_t low,
                           int64_t high) {
  return {path, member, low, high};
}
constexpr ConfigKey powerOfTwo(std::string_view path, int64_t Settings::*member, int64_t low,
                               int64_t high) {
  return {path, member, low, high, true};
}
constexpr ConfigKey word(std::string_view path, std::string Settings::*member) {
  return {path, nullptr, 0, 0, false, member};
}

// Bytes are only bounded roughly here; the cross-checks know the widths that they depend on.
constexpr std::array kKeys = {
    word("name", &Settings::name),
    powerOfTwo("array.dim", &Settings::dim, 4, 64),
    number("accumulator.bytes", &Settings::accumulatorBytes, 1, kAddressableRows * 64 * 4),
    powerOfTwo("accumulator.banks", &Settings::accumulatorBanks, 2, 16),
    number("scratchpad.bytes", &Settings::scratchpadBytes, 1, kAddressableRows * 64),
    powerOfTwo("scratchpad.banks", &Settings::scratchpadBanks, 2, 16),
    powerOfTwo("vector.lanes", &Settings::lanes, 1, 64),
    word("vector.family", &Settings::family),
    number("vector.stat_rows", &Settings::statRows, 4, kAddressableStatRows),
    powerOfTwo("bus.data_bits", &Settings::dataBits, 32, 512),
    number("bus.address_bits", &Settings::addressBits, 32, 64),
    powerOfTwo("bus.max_burst_beats", &Settings::maxBurstBeats, 1, 256),
    number("bus.outstanding_reads", &Settings::outstandingReads, 1, 64),
    number("bus.outstanding_writes", &Settings::outstandingWrites, 1, 64),
    number("commands.queue_depth", &Settings::queueDepth, 2, 256),
    number("commands.fetch_depth", &Settings::fetchDepth, 2, 256),
    number("protection.windows", &Settings::windows, 1, 8),
};

constexpr std::array<std::string_view, 2> kFamilies = {"ibert", "pwl"};

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

std::optional<Refusal> lanesFitDim(const Settings& s) {
  return atMost(s.lanes, s.dim, "array.dim");
}

std::optional<Refusal> statRowsHoldABlock(const Settings& s) {
  if (s.statRows >= s.dim) return std::nullopt;
  return Refusal{fmt::format("must be at least array.dim = {}, got {}", s.dim, s.statRows),
                 std::to_string(s.dim)};
}

std::optional<Refusal> burstStaysInPage(const Settings& s) {
  return atMost(s.maxBurstBeats, kBurstBytes / (s.dataBits / 8), "4096 / (bus.data_bits / 8)");
}

std::optional<Refusal> scratchpadDivides(const Settings& s) {
  return multipleWithin(s.scratchpadBytes, s.dim * s.scratchpadBanks,
                        "array.dim * scratchpad.banks", minScratchWords(s.dim) * s.dim,
                        "8 * array.dim^2", kAddressableRows * s.dim);
}

std::optional<Refusal> accumulatorDivides(const Settings& s) {
  return multipleWithin(s.accumulatorBytes, 4 * s.dim * s.accumulatorBanks,
                        "4 * array.dim * accumulator.banks", minAccRows(s.dim) * s.dim * 4,
                        "8 * array.dim^2", kAddressableRows * s.dim * 4);
}

constexpr std::array kCrossChecks = {
    CrossCheck{{"accumulator.bytes", "accumulator.banks", "array.dim"}, accumulatorDivides},
    CrossCheck{{"scratchpad.bytes", "scratchpad.banks", "array.dim"}, scratchpadDivides},
    CrossCheck{{"vector.lanes", "array.dim"}, lanesFitDim},
    CrossCheck{{"vector.stat_rows", "array.dim"}, statRowsHoldABlock},
    CrossCheck{{"bus.max_burst_beats", "bus.data_bits"}, burstStaysInPage},
};

/// "My-Chip" -> "my_chip"
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

std::span<const ConfigKey> configKeys() { return kKeys; }
std::span<const CrossCheck> crossChecks() { return kCrossChecks; }

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
  if (key.path == "vector.family") {
    if (std::ranges::find(kFamilies, value) != kFamilies.end()) return std::nullopt;
    const auto meant = nearestWord(value, kFamilies);
    return Refusal{fmt::format("must be \"ibert\" or \"pwl\", got \"{}\"", value),
                   fmt::format("\"{}\"", meant.empty() ? "pwl" : meant)};
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

}  // namespace intformer
