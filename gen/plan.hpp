#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "gen/activations.hpp"
#include "gen/counters.hpp"
#include "gen/fabric.hpp"
#include "gen/latencies.hpp"
#include "sw/numerics/family.hpp"

namespace intformer {

/// Everything derived from a hardware config, computed once and checked (gen/config.hpp builds it).
///
/// Sizes are in the unit that their name says. A "word" is one scratchpad word: `dim` bytes, one
/// element of every column of a panel. An accumulator row is `dim` int32. Emitters, compiler,
/// emulator and testbench read a Plan and never a config.
struct Plan {
  std::string name;  ///< prefix of every emitted module: [a-z][a-z0-9_]*
  /// What --set changed in the config file, in its order: "array.dim=8". Of no effect on the device.
  std::vector<std::string> overrides;

  uint32_t dim = 0;    ///< rows = columns of the array; power of two, 4..64
  uint32_t lanes = 0;  ///< vector lanes; power of two, 1..dim
  Family family = Family::Pwl;
  Activations activations = Activations::Table;

  uint32_t scratchWords = 0;  ///< scratchpad capacity in words
  uint32_t scratchBanks = 0;  ///< power of two >= 2; bank = word address mod scratchBanks
  uint32_t accRows = 0;       ///< accumulator capacity in rows
  uint32_t accBanks = 0;      ///< power of two >= 2; bank = row address mod accBanks
  uint32_t statRows = 0;      ///< row statistics slots of the vector unit

  uint32_t busBytes = 0;           ///< AXI4 data width in bytes: 4..64
  uint32_t addressBits = 0;        ///< AXI4 address width: 32..64
  uint32_t maxBurstBeats = 0;      ///< longest burst: power of two, 1..256, <= 4096 / busBytes
  uint32_t outstandingReads = 0;   ///< load bursts in flight
  uint32_t outstandingWrites = 0;  ///< store bursts in flight

  uint32_t queueDepth = 0;   ///< commands waiting in each of the four queues
  uint32_t fetchDepth = 0;   ///< commands fetched ahead of dispatch
  uint32_t windowCount = 0;  ///< address windows that the host can open
  Counters counters = Counters::Full;  ///< that the host can read

  Latencies latencies;
  Fabric fabric = Fabric::Generic;
  uint32_t clockMhz = 0;        ///< that is aimed at; 0: none is said
  uint32_t dspMultipliers = 0;  ///< products of the array that DSPs make, at most dim^2

  /// Bits of one scratchpad word.
  [[nodiscard]] uint32_t wordBits() const { return dim * 8; }
  /// Beats that the vector unit spends on one word.
  [[nodiscard]] uint32_t beatsPerWord() const { return dim / lanes; }
  /// Cycles from the last stage of the lanes to that in which what a row's slot holds is read, and to
  /// that in which its statistics can be: a tree over the lanes lies before both.
  [[nodiscard]] uint32_t statisticsRead() const { return 1 + std::bit_width(lanes - 1); }
  [[nodiscard]] uint32_t statisticsLatency() const { return statisticsRead() + 2; }
  /// Rows from the lanes' entry to their last write, at most: a power of two that is enough for a
  /// row after the other.
  [[nodiscard]] uint32_t outRows() const {
    return std::max(16U, std::bit_ceil((latencies.laneStages() + 5) / beatsPerWord()));
  }
  /// Longest burst of a fetch: half of the fetch buffer, so that one half is under way while the
  /// other is dispatched.
  [[nodiscard]] uint32_t fetchBurstBytes() const {
    return std::min(maxBurstBeats * busBytes, 64 * std::bit_floor(std::max(fetchDepth, 2U) / 2));
  }
  /// From the grant of a row of A to its sums: a cycle for each row of the array on the way.
  [[nodiscard]] uint32_t arrayLatency() const {
    return latencies.read + dim + latencies.arraySums;
  }
  /// Products that the array takes from one DSP: a DSP48E2 multiplies 27 by 18 bits, wide enough for
  /// two columns of a row, whose activation is the same. An ECP5's multiplies 18 by 18.
  [[nodiscard]] uint32_t productsPerDsp() const { return fabric == Fabric::Ultrascale ? 2 : 1; }
  /// Bits of the wider operand of a DSP's multiplier.
  [[nodiscard]] uint32_t multiplierBits() const { return fabric == Fabric::Ultrascale ? 27 : 18; }
  /// Cycles from row to row of the row-scalar unit: half of what the array spends on a row of an
  /// attention head of 32 columns and 32 keys, 2 * 32 * 32 / dim^2; at most the bits of its divide.
  [[nodiscard]] uint32_t scalarInterval() const {
    return std::clamp(1024 / (dim * dim), 1U, 17U);
  }
};

}  // namespace intformer
