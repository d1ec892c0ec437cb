#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "fpga/board/board.hpp"
#include "fpga/synthesis/hierarchy.hpp"
#include "fpga/tools/tools.hpp"
#include "gen/plan.hpp"

/// A device on a board: its system's sources, mapped, placed, routed and packed.
namespace intformer::fpga_board {

/// A clock of the system, as routed.
struct ClockSpeed {
  std::string name;
  double mhz = 0;     ///< reached
  double target = 0;  ///< needed
  [[nodiscard]] bool holds() const { return mhz >= target; }
};

struct Routed {
  uint32_t seed = 0;
  std::vector<ClockSpeed> clocks;
  double crossNs = 0, crossTargetNs = 0;  ///< the slowest path from one clock to the other; 0: none
  [[nodiscard]] bool holds() const;
};

/// Writes the system's SystemVerilog into `work`/soc: board_pkg.sv, rtl/common and fpga/soc. Modules
/// whose names do not speak of a board get "board_" before them, so that a user's own fifo lives
/// beside them. Returns its paths in `work`, in the order that tools want them. The device's top
/// module is the macro BOARD_DEVICE. `primitives`: also what only an ECP5 has.
std::vector<std::string> writeSystem(const Board& board, const Plan& plan,
                                     const std::filesystem::path& work, bool primitives);

/// Builds the simulated board by Verilator, and leaves it in `work`/sim: returns the program
/// (fpga/soc/sim/board_sim.cpp). Throws std::runtime_error with the log's place when a tool fails.
std::filesystem::path buildSimulation(const Board& board, const Plan& plan,
                                      const std::filesystem::path& work,
                                      const std::function<void()>& waiting = {});

/// Maps the whole to `work`/board.json. Throws std::runtime_error when a tool fails.
synthesis::FlatNetlist mapBoard(const fpga_tools::FpgaTools& tools, const Board& board,
                                const Plan& plan, const std::filesystem::path& work);

/// Places and routes it by one seed: `work`/board.config.
Routed route(const fpga_tools::FpgaTools& tools, const Board& board,
             const std::filesystem::path& work, uint32_t seed,
             const std::function<void()>& waiting = {});

/// Reads nextpnr's report of it. Throws std::runtime_error when the text is none.
Routed readRouted(const Board& board, const std::string& json);

/// `work`/board.config as a bitstream.
void pack(const fpga_tools::FpgaTools& tools, const std::filesystem::path& work,
          const std::filesystem::path& bitstream);

}  // namespace intformer::fpga_board
