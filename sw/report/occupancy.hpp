#pragma once

#include <string>
#include <vector>

#include "sw/report/run_data.hpp"

namespace intformer::report {

enum class ContentKind : uint8_t { Constants, Tensor, Result };

/// What a piece of the scratchpad holds: "layer0.ffn.hidden: constants".
struct Content {
  std::string name;
  ContentKind kind = ContentKind::Constants;
};

/// Words [first, last) hold one thing from the start of the command that writes them to the end of
/// the last that reads them, in cycles from the doorbell.
struct Occupancy {
  uint64_t first = 0;
  uint64_t last = 0;
  uint64_t begin = 0;
  uint64_t end = 0;
  std::size_t content = 0;  ///< index into ScratchHistory::contents
};

struct ScratchHistory {
  std::vector<Content> contents;
  std::vector<Occupancy> areas;
  uint64_t peakWords = 0;  ///< in use at once
  double meanWords = 0;    ///< over the run
};

/// Follows the program's reads and writes of the scratchpad in stream order, which is a legal order
/// of execution, with the times that the commands had.
ScratchHistory scratchHistory(const RunData& run);

}  // namespace intformer::report
