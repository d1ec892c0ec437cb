#pragma once

#include <CLI/CLI.hpp>

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
void addFeatures(CLI::App& app, int& status);
void addSearch(CLI::App& app, int& status);
void addAccuracy(CLI::App& app, int& status);
void addBoard(CLI::App& app, int& status);
void addStudy(CLI::App& app, int& status);
/// All of them, in the order of help.
void addCommands(CLI::App& app, int& status);

/// Checks and parses the command line, which runs a command, and returns the program's exit status.
/// An app without a name is `intformer`.
int runCommandLine(CLI::App& app, const int& status, int argc, char** argv);

}  // namespace intformer::cli
