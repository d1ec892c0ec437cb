#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sw/compiler/part.hpp"
#include "sw/compiler/strategies.hpp"

namespace intformer::compiler {

/// Schedules that promise so much less than the best are left out.
inline constexpr double kHopeless = 1.25;

/// A schedule that fits.
struct Sketch {
  Schedule schedule;
  uint64_t cycles = 0;  ///< by the stream's own, rough reckoning
  std::size_t commands = 0;
  std::shared_ptr<const Lowered> lowered = {};  ///< of few: they take much memory
};

/// Schedules of one row block after the other, lowered: those that fit, and why the last one that
/// does not fit does not. One alone where nothing is searched.
struct Sketches {
  std::vector<Sketch> all;
  std::string reason;
};
Sketches sketchFrames(const Part& part, const std::vector<Frame>& frames);

}  // namespace intformer::compiler
