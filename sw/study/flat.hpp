#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "gen/plan.hpp"
#include "sw/compiler/schedule.hpp"

/// What fusing attention spares, over lengths of rows and widths of ports, and what it takes of the
/// scratchpad: the questions of FLAT (Kao et al., ASPLOS 2023, table 2 and figures 8 and 9), asked of a
/// device of ours. One head of 64 columns, full attention, by the performance model.
namespace intformer::study {

/// Where a tensor of logits is cut, in FLAT's words.
enum class Granularity : uint8_t { Model, Batch, Head, Row };

/// FLAT's live elements of one attention of a batch: inputs and outputs twice, for loading ahead, and the
/// logits. `rows`: of the row granularity.
struct AttentionSize {
  uint64_t batch = 64, heads = 12, headWidth = 64, keys = 0, rows = 16;
};
uint64_t flatElements(const AttentionSize& size, Granularity granularity);

/// One way of a schedule on the device.
struct Way {
  compiler::Fusion fusion = compiler::Fusion::All;
  uint64_t cycles = 0;  ///< 0: it does not fit
  uint64_t bytes = 0;   ///< over the port, commands apart
  double macs = 0;      ///< share of the array's
  uint64_t scratchBytes = 0;  ///< of the scratchpad, held at once
  std::string schedule;       ///< of the attention
  std::string refusal;        ///< why it does not fit
};

struct Point {
  uint32_t keys = 0;
  uint32_t busBytes = 0;
  std::array<Way, 3> ways;  ///< none, softmax, all
};

struct Flat {
  Plan plan;
  std::vector<Point> points;  ///< by port, then keys
};

inline constexpr uint32_t kHeadWidth = 64;

/// Measures every length at every port width of the device. `done` hears of each point.
Flat studyFlat(const Plan& plan, const std::vector<uint32_t>& keys,
               const std::vector<uint32_t>& busBytes, const std::function<void()>& done);

/// The name that users know a way by.
std::string nameOf(compiler::Fusion fusion);

}  // namespace intformer::study
