#pragma once

#include <cstdint>

namespace intformer {

/// Cycles between two points of the hardware, and the buffers that cover them. The emitted package
/// has each under its name, for the hardware; the performance model counts with the same.
struct Latencies {
  uint32_t read = 2;  ///< from a granted read of scratchpad or accumulator to its data

  // Array and accumulator.
  uint32_t arraySums = 2;    ///< from an activation in the array's last row to the sums of all columns
  uint32_t accumulate = 2;   ///< from a row's sums to the last cycle before it can be read
  uint32_t addDistance = 4;  ///< least from a row of the accumulator to a sum that adds to it

  // Vector unit. A row's first beat is in stage 1 of the lanes one cycle after the row entered.
  uint32_t lanesMultiply = 8;    ///< from stage 1 to the rounded first product
  uint32_t lanesActivation = 6;  ///< from there to an activation
  uint32_t lanesFinish = 8;      ///< from there to the results, in the last stage
  uint32_t fetchRows = 8;        ///< rows buffered before the lanes: covers a read at a row per cycle
  uint32_t vectorCommands = 4;   ///< commands between their start and their end; power of two

  // Row-scalar unit: from the grant of a row's sums.
  uint32_t scalarVariance = 10;     ///< to its variance, or the sum itself
  uint32_t scalarRootBits = 16;     ///< of the square root, a cycle each
  uint32_t scalarQuotientBits = 17; ///< of the division, a cycle each
  uint32_t scalarLead = 3;          ///< cycles by which a slot is free before it can be read

  [[nodiscard]] constexpr uint32_t laneStages() const {
    return 1 + lanesMultiply + lanesActivation + lanesFinish;
  }
  /// To the cycle in which a row's factor is written.
  [[nodiscard]] constexpr uint32_t scalarSoftmax() const { return scalarVariance + scalarQuotientBits + 2; }
  [[nodiscard]] constexpr uint32_t scalarLayerNorm() const { return scalarSoftmax() + scalarRootBits + 1; }
};

}  // namespace intformer
