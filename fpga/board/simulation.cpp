#include <fmt/format.h>

#include <stdexcept>

#include "fpga/board/bitstream.hpp"
#include "fpga/board/emit.hpp"
#include "gen/emit/emit.hpp"
#include "gen/output.hpp"
#include "sw/files/files.hpp"
#include "sw/places/places.hpp"
#include "sw/process/process.hpp"

namespace intformer::fpga_board {
namespace {

namespace fs = std::filesystem;

const char* const kSimulationSources[] = {"sdram_chip.sv", "sim_board.sv"};
const char* const kPrograms[] = {"board_sim.cpp", "serial_line.cpp"};

}  // namespace

fs::path buildSimulation(const Board& board, const Plan& plan, const fs::path& work,
                         const std::function<void()>& waiting) {
  fs::create_directories(work);
  const auto files = emitAll(plan);
  if (const WriteResult written = writeDesign(work / "design", plan.name, files);
      !written.error.empty())
    throw std::runtime_error(written.error);
  const auto system = writeSystem(board, plan, work, /*primitives=*/false);
  files::writeAtomically(work / "soc/chip_pkg.sv", chipText(board));

  const fs::path soc = places::ownFile("fpga/soc"), checkout = places::ownFile(".");
  process::CommandLine verilate = {
      "verilator", "--cc", "--exe", "--build", "-j", "2", "--no-timing", "-O3", "-Wno-fatal", "-Wno-lint",
      "-Wno-style", "--x-assign", "fast", "--x-initial", "fast", "--assert", "--output-split", "20000",
      "--top-module", "sim_board", fmt::format("+define+BOARD_DEVICE={}_top", plan.name), "-CFLAGS",
      fmt::format("-std=c++20 -O2 -march=native -I{} -DBOARD_CLOCK_HZ={:.0f} -DBOARD_BAUD={}",
                  checkout.string(), board.systemMhz * 1e6, board.baud),
      "-LDFLAGS", "-lutil", "-MAKEFLAGS", "OPT_FAST=-O2 OPT_SLOW=-O1", "--Mdir", "sim", "-o",
      "board_sim", "-F", fmt::format("design/{}.f", plan.name)};
  for (const fs::path& source : system) verilate.push_back(source.string());
  verilate.push_back((fs::absolute(work) / "soc/chip_pkg.sv").string());
  for (const char* source : kSimulationSources) verilate.push_back((soc / "sim" / source).string());
  for (const char* source : kPrograms) verilate.push_back((soc / "sim" / source).string());
  const fs::path log = fs::absolute(work) / "verilator.log";
  fs::remove(log);
  if (!process::runLogged(verilate, fs::absolute(work), log, waiting))
    throw std::runtime_error("verilator failed; see " + log.string());
  return work / "sim/board_sim";
}

}  // namespace intformer::fpga_board
