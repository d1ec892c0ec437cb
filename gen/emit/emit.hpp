#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gen/plan.hpp"

/// Emitters: pure functions from a Plan to the text of files. Same Plan, same bytes.
namespace intformer {

struct EmittedFile {
  std::string path;  ///< relative to the output folder, e.g. "base16_array.sv"
  std::string text;
};

/// Body of a file with every `@p@` replaced by the plan's name. Bodies are quoted as valid
/// SystemVerilog otherwise; sizes come in through the package, not through the text.
std::string render(const Plan& plan, std::string_view body);

// One function per part of the design; each returns its SystemVerilog files in compile order.
std::vector<EmittedFile> emitPackage(const Plan& plan);
std::vector<EmittedFile> emitMatmulPath(const Plan& plan);  ///< array, matmul, accumulator, scratchpad
std::vector<EmittedFile> emitVectorPath(const Plan& plan);  ///< vector unit, row scalar, ROMs
std::vector<EmittedFile> emitSystem(const Plan& plan);  ///< DMA, fetch, dispatch, registers, top

/// <name>_regs.h, for C and C++; intformer_registers.h, the same for every device
std::vector<EmittedFile> emitHeader(const Plan& plan);
std::vector<EmittedFile> emitMarkdown(const Plan& plan);  ///< <name>_commands.md
std::vector<EmittedFile> emitPlanJson(const Plan& plan);  ///< <name>_plan.json

/// The whole design: the leaves in use, all of the above, and the file list <name>.f.
std::vector<EmittedFile> emitAll(const Plan& plan);

}  // namespace intformer
