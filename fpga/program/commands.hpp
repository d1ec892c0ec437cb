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

/// A device on a board, as commands name it.
struct BoardChoice {
  std::string board = "fpga/boards/ulx3s.toml";
  std::string config = "configs/edge8.toml";
  std::vector<std::string> overrides;
  std::string out = "build/boards";
};
/// Adds the board, --config, --set and --out.
void addBoardChoice(CLI::App& command, BoardChoice& choice);

// Each adds its command, and leaves the exit status of its run in `status`: 0; 1 what it was given
// was refused or a tool failed; 2 a limit is missed.
void addArea(CLI::App& app, int& status);
void addBitstream(CLI::App& app, int& status);
void addLeaves(CLI::App& app, int& status);
void addLoad(CLI::App& app, int& status);
void addPlace(CLI::App& app, int& status);
void addSimulate(CLI::App& app, int& status);
void addSynth(CLI::App& app, int& status);

inline constexpr int kFine = 0, kFault = 1, kBelow = 2;

}  // namespace intformer::fpga
