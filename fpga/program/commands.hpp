#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace intformer::fpga {

/// What all commands of intformer_fpga share.
struct Folders {
  std::string tools = "build/fpga-tools";
  std::string out = "build/fpga";
};
/// Adds --tools and --out, and returns them.
std::vector<CLI::Option*> addFolders(CLI::App& command, Folders& folders);

// Each adds its command, and leaves the exit status of its run in `status`: 0; 1 what it was given
// was refused or a tool failed; 2 a limit is missed.
void addArea(CLI::App& app, int& status);
void addBitstream(CLI::App& app, int& status);
void addLeaves(CLI::App& app, int& status);
void addPlace(CLI::App& app, int& status);
void addSynth(CLI::App& app, int& status);

inline constexpr int kFine = 0, kFault = 1, kBelow = 2;

}  // namespace intformer::fpga
