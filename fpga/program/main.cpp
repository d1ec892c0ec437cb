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

}  // namespace intformer::fpga

int main(int argc, char** argv) {
  CLI::App app("Maps, places and routes devices and their modules", "intformer_fpga");
  int status = 0;
  intformer::fpga::addArea(app, status);
  intformer::fpga::addBitstream(app, status);
  intformer::fpga::addLeaves(app, status);
  intformer::fpga::addPlace(app, status);
  intformer::fpga::addSynth(app, status);
  return intformer::cli::runCommandLine(app, status, argc, argv);
}
