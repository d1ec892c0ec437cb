#pragma once

#include <cstdint>
#include <string>

#include "fpga/board/board.hpp"
#include "gen/plan.hpp"

/// What a board and a device decide of the system around the device (fpga/soc).
namespace intformer::fpga_board {

/// Clocks that a bit of the link lasts at least (fpga/soc/link_bridge.sv).
inline constexpr uint32_t kLeastBitClocks = 2;

/// Why the device cannot be on the board; empty: it can.
std::string whyNotOn(const Board& board, const Plan& plan);

/// board_pkg.sv: sizes, clocks, times of the memory chip in system clocks.
std::string packageText(const Board& board, const Plan& plan);

/// chip_pkg.sv, for simulation: what the memory chip demands, in its own clocks.
std::string chipText(const Board& board);

/// board_top.sv: the pins that the board has, around ecp5_board.
std::string topText(const Board& board);

/// board.lpf: where the pins are, and the oscillator's clock.
std::string constraintsText(const Board& board);

}  // namespace intformer::fpga_board
