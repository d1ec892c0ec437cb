#pragma once

#include <functional>
#include <string>

namespace intformer::cli {

/// Exit statuses of subcommands (sw/cli/commands.hpp).
inline constexpr int kFine = 0, kRefused = 1, kDifferent = 2, kStopped = 3;

/// Runs a command's body. What it refuses by an exception is printed on stderr, and the status says
/// so: a bad file or option kRefused, a backend that differs kDifferent or that stopped kStopped.
/// `fit` says whose fit a CompileError is about: "MODEL does not run on CONFIG".
int orRefuse(const std::function<int()>& body, const std::string& fit = {});

}  // namespace intformer::cli
