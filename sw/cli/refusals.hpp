#pragma once

#include <functional>

namespace intformer::cli {

/// Exit statuses of subcommands (sw/cli/commands.hpp).
inline constexpr int kFine = 0, kRefused = 1, kDifferent = 2, kStopped = 3;

/// Runs a command's body. What it refuses by an exception is printed on stderr, and the status says
/// so: a bad file or option kRefused, a backend that differs kDifferent or that stopped kStopped.
int orRefuse(const std::function<int()>& body);

}  // namespace intformer::cli
