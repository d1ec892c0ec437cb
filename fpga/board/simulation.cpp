#include <fmt/format.h>

#include <stdexcept>
#include <string_view>

#include "fpga/board/bitstream.hpp"
#include "fpga/board/emit.hpp"
#include "gen/emit/emit.hpp"
#include "gen/output.hpp"
#include "sw/files/files.hpp"
#include "sw/places/places.hpp"
#include "sw/process/process.hpp"
#include "tb/build_folder.hpp"

namespace intformer::fpga_board {
namespace {

namespace fs = std::filesystem;

const char* const kSources[] = {"board_sim.cpp", "serial_line.cpp", "serial_line.hpp", "sdram_chip.sv",
                                "sim_board.sv"};

}  // namespace

fs::path buildSimulation(const Board& board, const Plan& plan, const fs::path& work,
                         const std::function<void()>& waiting) {
  const fs::path place = work / "sim", log = fs::absolute(work) / "verilator.log";
  fs::create_directories(work);
  // Everything lies in one folder that make can work in, whatever the path to it.
  tb::BuildFolder folder(place);
  const auto files = emitAll(plan);
  if (const WriteResult written = writeDesign(folder.path() / "design", plan.name, files);
      !written.error.empty())
    throw std::runtime_error(written.error);
  const auto system = writeSystem(board, plan, folder.path(), /*primitives=*/false);
  files::writeAtomically(folder.path() / "soc/chip_pkg.sv", chipText(board));
  const fs::path own = "fpga/soc/sim";
  fs::create_directories(folder.path() / own);
  for (const char* source : kSources)
    fs::copy_file(places::ownFile((own / source).string()), folder.path() / own / source);

  process::CommandLine verilate = {
      "verilator", "--cc", "--exe", "--build", "-j", "2", "--no-timing", "-O3", "-Wno-fatal", "-Wno-lint",
      "-Wno-style", "--x-assign", "fast", "--x-initial", "fast", "--assert", "--output-split", "20000",
      "--top-module", "sim_board", fmt::format("+define+BOARD_DEVICE={}_top", plan.name), "-CFLAGS",
      fmt::format("-std=c++20 -O2 -march=native -I.. -DBOARD_CLOCK_HZ={:.0f} -DBOARD_BAUD={}",
                  board.systemMhz * 1e6, board.baud),
      "-LDFLAGS", "-lutil", "-MAKEFLAGS", "OPT_FAST=-O2 OPT_SLOW=-O1", "--Mdir", "obj", "-o",
      "../board_sim", "-F", fmt::format("design/{}.f", plan.name)};
  verilate.insert(verilate.end(), system.begin(), system.end());
  verilate.emplace_back("soc/chip_pkg.sv");
  for (const char* source : kSources)
    if (!std::string_view(source).ends_with(".hpp")) verilate.push_back((own / source).string());
  fs::remove(log);
  if (!process::runLogged(verilate, folder.path(), log, waiting))
    throw std::runtime_error("verilator failed; see " + log.string());
  fs::remove_all(folder.path() / "obj");
  folder.keep();
  return place / "board_sim";
}

}  // namespace intformer::fpga_board
