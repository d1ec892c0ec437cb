#pragma once

#include <cstdint>
#include <vector>

#include "sw/emulator/emulator.hpp"

namespace intformer::test {

/// A small device: DIM 4, 256 words, 64 accumulator rows, 16 statistics slots.
Plan smallPlan();

/// One command from field values.
struct Setting {
  Field field;
  int64_t value;
};
Command make(Opcode opcode, std::initializer_list<Setting> settings);

/// Builds short programs on the small device. Inputs go into memory one after another from 0 and
/// are loaded at once; results are stored from kResults on.
class Bench {
 public:
  static constexpr uint64_t kResults = 2048;
  static constexpr uint64_t kMemoryBytes = 4096;

  Bench();
  /// Loads bytes (a multiple of DIM) to scratchpad words from `word` on.
  Bench& load(uint64_t word, const std::vector<int>& bytes);
  /// Constant records: `records[c]` holds the bytes of channel c.
  Bench& loadConstants(uint64_t word, const std::vector<std::vector<uint8_t>>& records);
  /// Accumulator row `row + r` becomes factor[r] * values[r][c]; at most 4 rows. Overwrites words
  /// 240..247.
  Bench& sums(uint64_t row, const std::vector<int>& factor,
              const std::vector<std::vector<int>>& values);
  Bench& add(const Command& command);
  /// Stores `count` words from `word` on at the next free results address.
  Bench& store(uint64_t word, uint64_t count);

  /// Inserts tokens, appends End, runs. Fails the test when the emulator refuses.
  void run();
  [[nodiscard]] std::vector<int> results8(std::size_t count) const;
  [[nodiscard]] std::vector<int> resultsUnsigned8(std::size_t count) const;
  [[nodiscard]] std::vector<int> results16(std::size_t count) const;

  Plan plan = smallPlan();
  std::vector<Command> commands;
  std::vector<uint8_t> memory;

 private:
  uint64_t nextInput_ = 0;
  uint64_t nextResult_ = kResults;
};

/// Constant record: bias, (M1, s1), zero, (M2, s2).
std::vector<uint8_t> record(int32_t bias, uint16_t m1, uint8_t s1, int zero = 0, uint16_t m2 = 0,
                            uint8_t s2 = 1);

}  // namespace intformer::test
