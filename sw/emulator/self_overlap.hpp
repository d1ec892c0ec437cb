#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "gen/plan.hpp"
#include "gen/tables/commands.hpp"
#include "sw/emulator/touches.hpp"

namespace intformer::emulator {

/// First scratchpad word or accumulator row by which one command disturbs itself: a vector command
/// that reads a word which an earlier row has written (the unit reads ahead), or a matmul whose
/// column tiles share rows. Reading and writing the same word for the same row is fine.
std::optional<Touch> findSelfOverlap(const Plan& plan, const Command& command,
                                      const std::vector<Touch>& touches);

}  // namespace intformer::emulator
