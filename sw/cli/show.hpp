#pragma once

#include <string>

#include "sw/graph/graph.hpp"
#include "sw/report/run_report.hpp"
#include "tb/check.hpp"

namespace intformer::cli {

/// Files that show a run on the RTL; empty: not wanted.
struct ShowRequest {
  std::string timeline;  ///< Chrome trace events, *.json
  std::string report;    ///< *.html

  [[nodiscard]] bool wanted() const { return !timeline.empty() || !report.empty(); }
};

/// A finished run and what it was.
struct ShownRun {
  const Plan& plan;
  const Program& program;
  const Graph& graph;
  const report::RunReport& report;
  const tb::RtlCheck& check;
  std::string verdict;
};

/// Writes the files, whole or not at all, and says so. Throws std::runtime_error.
void show(const ShowRequest& request, const ShownRun& run);

}  // namespace intformer::cli
