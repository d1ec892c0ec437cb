#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace intformer::fpga {

/// What all commands of intformer_fpga share.
struct FpgaOptions {
  std::string tools = "build/fpga-tools";
  std::string out = "build/fpga";
};

// Each adds its command; what it returns ends up in `status`: 0, or 2 when a limit is missed.
void addArea(CLI::App& app, const FpgaOptions& common, int& status);
void addLeaves(CLI::App& app, const FpgaOptions& common, int& status);
void addPlace(CLI::App& app, const FpgaOptions& common, int& status);
void addSynth(CLI::App& app, const FpgaOptions& common, int& status);

}  // namespace intformer::fpga
