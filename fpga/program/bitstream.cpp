#include "fpga/board/bitstream.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "fpga/program/commands.hpp"
#include "fpga/program/device.hpp"
#include "fpga/program/only_run.hpp"
#include "fpga/program/progress.hpp"
#include "fpga/program/unit_table.hpp"
#include "gen/device.hpp"
#include "sw/cli/kinds.hpp"
#include "sw/files/files.hpp"

namespace intformer::fpga {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

struct BitstreamOptions {
  BoardChoice choice;
  std::vector<uint32_t> seeds = {1, 2, 3};
  std::string tools = "build/fpga-tools";
};

void print(const fpga_board::Routed& routed) {
  fmt::print("seed {}:", routed.seed);
  for (const fpga_board::ClockSpeed& clock : routed.clocks)
    fmt::print(" {} {:.1f} MHz of {:g}{}", clock.name, clock.mhz, clock.target,
               clock.holds() ? ";" : " MISSED;");
  if (routed.crossNs > 0)
    fmt::print(" between clocks {:.1f} ns of {:.1f}{}", routed.crossNs, routed.crossTargetNs,
               routed.crossNs <= routed.crossTargetNs ? "" : " MISSED");
  fmt::print("\n");
  std::fflush(stdout);
}

int run(const BitstreamOptions& options) {
  const auto [board, plan] = chosenBoard(options.choice);
  const fpga_tools::FpgaTools tools(options.tools);
  const fs::path work = fs::path(options.choice.out) / board.name / plan.name;
  const OnlyRun lock(work);
  const fs::path bitstream = bitstreamOf(options.choice, board, plan);
  fs::remove(bitstream);  // what stands there later is of this run

  fmt::print(stderr, "mapping {} for {}, some minutes; log: {}/yosys.log\n", deviceName(plan),
             board.title, work.string());
  const synthesis::FlatNetlist netlist = fpga_board::mapBoard(tools, board, plan, work);
  ordered_json report = reportHead(plan);
  report["board"] = board.name;
  report["total"] = toJson(netlist.total);
  report["units"] = printUnits(netlist);
  for (const uint32_t seed : options.seeds) {
    Progress progress(fmt::format("seed {}", seed));
    const fpga_board::Routed routed = fpga_board::route(
        tools, board, work, seed, [&] { progress.tell(phaseOf(work / "nextpnr.log")); });
    print(routed);
    ordered_json& entry = report["seeds"].emplace_back(ordered_json{{"seed", seed}});
    for (const auto& clock : routed.clocks) entry["mhz"][clock.name] = clock.mhz;
    entry["holds"] = routed.holds();
    files::writeAtomically(work / "board_report.json", report.dump(1) + "\n");
    if (!routed.holds()) continue;
    fpga_board::pack(tools, work, bitstream);
    fmt::print("{}, timing met at {:g} MHz\n", bitstream.string(), board.systemMhz);
    return kFine;
  }
  fmt::print(stderr, "{}: no seed reaches {:g} MHz: no bitstream. --seeds 4,5,6 tries others; a lower "
             "system_mhz in {} is slower and easier\n", board.name, board.systemMhz, options.choice.board);
  return kBelow;
}

}  // namespace

void addBitstream(CLI::App& app, int& status) {
  auto options = std::make_shared<BitstreamOptions>();
  CLI::App* command = app.add_subcommand(
      "bitstream", "A device with memory and serial line on a board: a bitstream that meets its clock");
  addBoardChoice(*command, options->choice);
  command->add_option("--seeds", options->seeds, "Seeds of the placer; the first that meets the clock counts")
      ->delimiter(',')
      ->capture_default_str();
  command->add_option("--tools", options->tools, "Folder of scripts/install-fpga-tools.sh")
      ->type_name(cli::kind::kFolder)
      ->capture_default_str();
  command->callback([options, &status] { status = run(*options); });
}

}  // namespace intformer::fpga
