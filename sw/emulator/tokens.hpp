#pragma once

#include <functional>
#include <vector>

#include "gen/plan.hpp"
#include "gen/tables/commands.hpp"

namespace intformer::emulator {

/// Adds the fewest waits and signals, greedily, that order every pair of conflicting touches of
/// different queues in a stream that has none yet. `redundant(index)` may ask for tokens at a command
/// that the touches do not need: then it also waits for the latest command of each queue.
void insertTokens(const Plan& plan, uint64_t memoryBytes, std::vector<Command>& commands,
                  const std::function<bool(uint32_t index)>& redundant = {});

}  // namespace intformer::emulator
