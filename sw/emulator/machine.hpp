#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gen/plan.hpp"
#include "gen/tables/operands.hpp"
#include "sw/numerics/numerics.hpp"

namespace intformer::emulator {

/// What the vector unit remembers about a row between commands.
struct RowStatistics {
  uint8_t valid = 0;  ///< StatisticsPart bits
  int16_t maximum = 0;
  uint32_t softmaxSum = 0;
  NormSums normSums;
  SoftmaxRow softmax;
  NormRow norm;
};

/// The device's memories, and what each command does to them. Nothing is checked here: addresses
/// must be in range and sizes positive (runProgram sees to it).
class Machine {
 public:
  /// Keeps references to both.
  Machine(const Plan& plan, std::vector<uint8_t>& memory);

  /// Executes one command of any opcode but `end`.
  void execute(const Command& command);

  /// Statistics that a command uses must be valid before it; first slot of it that is not, or -1.
  [[nodiscard]] int64_t findInvalidStatistics(const Command& command) const;
  /// So must the table: its first segment that the command needs and none has brought, or -1.
  [[nodiscard]] int64_t findMissingSegment(const Command& command) const;

  /// The row numbers that a gather reads from memory.
  [[nodiscard]] std::vector<uint32_t> rowList(const Command& command) const;

  [[nodiscard]] std::span<const uint8_t> scratch() const { return scratch_; }
  [[nodiscard]] std::span<const int32_t> accumulator() const { return accumulator_; }
  [[nodiscard]] const RowStatistics& statistics(uint32_t slot) const { return statistics_[slot]; }

 private:
  struct VectorFields;
  struct VectorContext;

  void transfer(const Command& command);
  void gather(const Command& command);
  template <uint32_t Dim>
  void matmul(const Command& command);
  void runVector(const Command& command);
  void rowScalar(const Command& command);
  void loadTable(const Command& command);
  void validateStatistics(const Command& command);
  static bool normSumsFit(const RowStatistics& statistics, int64_t width);

  void requantizeRow(const VectorContext& context);
  void residualRow(const VectorContext& context);
  void activationRow(const VectorContext& context);
  void rowMaxRow(const VectorContext& context);
  void expRow(const VectorContext& context);
  void rowNormalizeRow(const VectorContext& context);
  void layerNormRow(const VectorContext& context);

  uint8_t* word(uint64_t address) { return scratch_.data() + address * plan_.dim; }

  const Plan& plan_;
  std::vector<uint8_t>& memory_;
  std::vector<uint8_t> scratch_;
  std::vector<int32_t> accumulator_;
  std::vector<RowStatistics> statistics_;
  ActivationTable table_;
  uint32_t segments_ = 0;  ///< of the table that are there: the first ones
};

}  // namespace intformer::emulator
