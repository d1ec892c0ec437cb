#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "fpga/board/board.hpp"
#include "fpga/program/commands.hpp"
#include "fpga/synthesis/synthesis.hpp"
#include "gen/plan.hpp"

namespace intformer::fpga {

/// The device of a config as it is mapped: built for the target's family, unless an override names
/// another one, which is among the plan's overrides then. Throws std::runtime_error with every
/// fault.
Plan readDevice(const std::string& config, const std::vector<std::string>& overrides,
                synthesis::FpgaTarget target = synthesis::FpgaTarget::Ecp5);

struct BoardDevice {
  fpga_board::Board board;
  Plan plan;
};
/// Throws std::runtime_error with every fault of either, and where the one cannot be on the other.
BoardDevice chosenBoard(const BoardChoice& choice);
/// Where the bitstream of a device on a board is, or will be.
std::filesystem::path bitstreamOf(const BoardChoice& choice, const fpga_board::Board& board,
                                  const Plan& plan);

}  // namespace intformer::fpga
