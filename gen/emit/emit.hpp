#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gen/plan.hpp"

/// Emitters: pure functions from a Plan to the text of files. Same Plan, same bytes.
namespace intformer {

struct EmittedFile {
  std::string path;  ///< relative to the output folder, e.g. "memory/base16_scratchpad.sv"
  std::string text;
};

// What tables, numerics and config decide of the hardware, under the names that rtl/ uses for it.
EmittedFile emitPackage(const Plan& plan);    ///< intformer_pkg: sizes, fields, codes, coefficients
EmittedFile emitCommandCheck();               ///< control/command_check: the command set's rules
EmittedFile emitRegisters(const Plan& plan);  ///< control/registers: what the host sees
EmittedFile emitVectorDecode();               ///< vector/vector_decode: what a command asks for

std::vector<EmittedFile> emitHeader(const Plan& plan);    ///< <name>_regs.h, for C and C++
std::vector<EmittedFile> emitMarkdown(const Plan& plan);  ///< <name>_commands.md
std::vector<EmittedFile> emitPlanJson(const Plan& plan);  ///< <name>_plan.json

/// intformer_registers.h: what the driver in C knows of all devices
EmittedFile emitRuntimeHeader();

/// What rtl/ and sw/runtime lack, without folders: beside rtl/ a design that tools read as it is.
std::vector<EmittedFile> emitBare(const Plan& plan);

/// Beside the sources of `design`, what brings the device into other systems: a wrapper and its
/// template in plain Verilog, descriptions for build tools, scripts for Vivado, the registers in
/// SystemRDL, a device tree node. Texts are those of gen/templates/.
std::vector<EmittedFile> emitIntegration(const Plan& plan, std::span<const EmittedFile> design);

/// The hardware, whole: a copy of rtl/ and of what is emitted for it, all names with the device's
/// before them; the file list <name>.f; header, documentation and plan.
std::vector<EmittedFile> emitAll(const Plan& plan);

}  // namespace intformer
