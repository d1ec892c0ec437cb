// What `make pnr-leaves` and its neighbours run: devices through open tools for FPGAs.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <exception>

#include "fpga/program/commands.hpp"
#include "sw/files/interrupt.hpp"

using namespace intformer;
using namespace intformer::fpga;

int main(int argc, char** argv) {
  files::cleanUpWhenInterrupted();
  CLI::App app("Maps, places and routes devices and their modules");
  FpgaOptions options;
  int status = 0;
  app.add_option("--tools", options.tools, "Folder of scripts/install-fpga-tools.sh")
      ->capture_default_str();
  app.add_option("--out", options.out, "Folder of netlists, logs and reports")
      ->capture_default_str();
  app.require_subcommand(1);
  app.fallthrough();
  addArea(app, options, status);
  addLeaves(app, options, status);
  addPlace(app, options, status);
  addSynth(app, options, status);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
  return status;
}
