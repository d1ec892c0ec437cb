#pragma once

#include <algorithm>

#include "gen/plan.hpp"
#include "sw/perf/bus.hpp"
#include "sw/perf/walker.hpp"

namespace intformer::perf {

/// Words per bus beat, and beats per word: one of the two is 1.
inline uint32_t piecesPerBeat(const Plan& plan) { return std::max(1U, plan.busBytes / plan.dim); }
inline uint32_t partsPerWord(const Plan& plan) { return std::max(1U, plan.dim / plan.busBytes); }

inline BurstRequest::Transfer transferOf(const CopyCommand& command, uint32_t dim) {
  return {command.memoryAddress, uint64_t{command.chunkWords} * dim, command.memoryStride,
          command.chunks, command.index, false};
}

}  // namespace intformer::perf
