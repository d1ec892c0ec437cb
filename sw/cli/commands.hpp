#pragma once

#include <CLI/CLI.hpp>

#include "sw/version/version.hpp"

/// Subcommands of the intformer program. Each adds itself with its options, help and examples, and
/// leaves the exit status of its run in `status`: 0 fine or equal, 1 the input was refused,
/// 2 a comparison failed, 3 the device stopped with an error or the watchdog barked.
namespace intformer::cli {

void addGenerate(CLI::App& app, int& status);
void addCompile(CLI::App& app, int& status);
void addEstimate(CLI::App& app, int& status);
void addRun(CLI::App& app, int& status);
void addSynth(CLI::App& app, int& status);
void addTokenize(CLI::App& app, int& status);
void addImport(CLI::App& app, int& status);
void addQuantize(CLI::App& app, int& status);
void addClassify(CLI::App& app, int& status);
void addEmbed(CLI::App& app, int& status);
void addSearch(CLI::App& app, int& status);
void addAccuracy(CLI::App& app, int& status);

/// Parses the command line, which runs a subcommand, and returns the program's exit status.
inline int runCommandLine(CLI::App& app, const int& status, int argc, char** argv) {
  app.require_subcommand(1);
  app.set_version_flag("--version", "intformer " + std::string(programVersion()),
                       "Print the version and exit");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 1;
  }
  return status;
}

}  // namespace intformer::cli
