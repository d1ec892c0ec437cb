// What `make pnr-leaves` and its neighbours run: devices through open tools for FPGAs.

#include "fpga/program/commands.hpp"
#include "sw/cli/commands.hpp"
#include "sw/cli/kinds.hpp"

namespace intformer::fpga {

std::vector<CLI::Option*> addFolders(CLI::App& command, Folders& folders) {
  return {command.add_option("--tools", folders.tools, "Folder of scripts/install-fpga-tools.sh")
              ->type_name(cli::kind::kFolder)
              ->capture_default_str(),
          command.add_option("--out", folders.out, "Folder of netlists, logs and reports")
              ->type_name(cli::kind::kFolder)
              ->capture_default_str()};
}

void addBoardChoice(CLI::App& command, BoardChoice& choice) {
  command.add_option("board", choice.board, "Board (fpga/boards/*.toml)")
      ->type_name(cli::kind::kConfig)
      ->capture_default_str();
  command.add_option("--config", choice.config, "Hardware config (*.toml)")
      ->type_name(cli::kind::kConfig)
      ->capture_default_str();
  command.add_option("--set", choice.overrides, "Override a config key: --set vector.lanes=8")
      ->type_name(cli::kind::kSetting);
  command.add_option("--out", choice.out, "Folder of bitstreams, simulations, logs")
      ->type_name(cli::kind::kFolder)
      ->capture_default_str();
}

}  // namespace intformer::fpga

int main(int argc, char** argv) {
  CLI::App app("Maps, places and routes devices and their modules", "intformer_fpga");
  int status = 0;
  intformer::fpga::addArea(app, status);
  intformer::fpga::addBitstream(app, status);
  intformer::fpga::addLeaves(app, status);
  intformer::fpga::addLoad(app, status);
  intformer::fpga::addPlace(app, status);
  intformer::fpga::addSimulate(app, status);
  intformer::fpga::addSynth(app, status);
  return intformer::cli::runCommandLine(app, status, argc, argv);
}
