#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "fpga/board/bitstream.hpp"
#include "fpga/board/emit.hpp"
#include "fpga/program/commands.hpp"
#include "fpga/program/device.hpp"
#include "fpga/program/only_run.hpp"
#include "fpga/program/progress.hpp"
#include "gen/device.hpp"
#include "sw/cli/kinds.hpp"

namespace intformer::fpga {
namespace {

namespace fs = std::filesystem;

struct SimulateOptions {
  BoardChoice choice;
  bool realBaud = false;
};

int run(const SimulateOptions& options) {
  auto [board, plan] = chosenBoard(options.choice);
  // A simulated cable may be faster than a real one.
  if (!options.realBaud)
    board.baud = static_cast<uint32_t>(board.systemMhz * 1e6) / fpga_board::kLeastBitClocks;
  const fs::path work = fs::path(options.choice.out) / board.name / plan.name;
  const OnlyRun lock(work);
  fmt::print(stderr, "building the simulation of {} with {}; log: {}/verilator.log\n", board.title,
             deviceName(plan), work.string());
  Progress progress("verilator");
  const fs::path program =
      fpga_board::buildSimulation(board, plan, work, [&] { progress.tell("building"); });
  fmt::print("{}\n", program.string());
  return kFine;
}

}  // namespace

void addSimulate(CLI::App& app, int& status) {
  auto options = std::make_shared<SimulateOptions>();
  CLI::App* command = app.add_subcommand(
      "simulate", "Build a board's simulation: its system, its memory chip, its serial line as a terminal");
  addBoardChoice(*command, options->choice);
  command->add_flag("--real-baud", options->realBaud,
                    "At the board's baud; else a bit lasts two clocks, so that loading takes less long");
  command->callback([options, &status] { status = run(*options); });
}

}  // namespace intformer::fpga
