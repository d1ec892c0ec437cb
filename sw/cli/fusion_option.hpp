#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "sw/compiler/schedule.hpp"

namespace intformer::cli {

/// Adds --fusion: what of attention is done in one go, `fusion` unless it is given.
void addFusion(CLI::App& command, compiler::Fusion& fusion);

}  // namespace intformer::cli
