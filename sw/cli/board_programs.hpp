#pragma once

#include <string>
#include <vector>

#include "gen/plan.hpp"
#include "sw/board/board.hpp"
#include "sw/cli/model_input.hpp"
#include "sw/compiler/compile.hpp"

namespace intformer::cli {

/// "8,16,5+6" -> {{8}, {16}, {5, 6}}: the tokens of each sequence, of each program.
/// Throws std::invalid_argument for anything else and for lengths that come twice.
std::vector<std::vector<uint32_t>> parseLengths(const std::string& text);

/// Tokens of the longest sentence among them: a model that is loaded with it takes all of them, and
/// is refused then if it must be.
uint32_t longestOf(const std::vector<std::vector<uint32_t>>& lengths);

/// Compiles a loaded model, for the lengths that it was loaded with.
board::BoardProgram compileOne(const ModelInput& model, const Plan& plan,
                               const compiler::CompileOptions& options,
                               compiler::Decision* decision);

/// Compiles a loaded model for each of these lengths, all programs in one memory
/// (sw/compiler/join.hpp). Leaves the model's graph with the last of them. Throws as compile() and
/// setLengths() do.
std::vector<board::BoardProgram> compileAll(ModelInput& model, const Plan& plan,
                                            compiler::CompileOptions options,
                                            const std::vector<std::vector<uint32_t>>& lengths,
                                            uint64_t seed);

}  // namespace intformer::cli
