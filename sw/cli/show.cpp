#include "sw/cli/show.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sw/files/files.hpp"
#include "sw/report/html.hpp"
#include "sw/report/timeline.hpp"

namespace intformer::cli {
namespace {

report::RunData dataOf(const ShownRun& run) {
  report::RunData data{
      run.plan,
      run.program,
      run.graph,
      run.report.model,
      run.verdict,
      run.report.seq,
      run.report.sequences,
      run.report.layers,
      run.report.memoryLatency,
      run.report.memoryStall,
      run.report.memorySeed,
      run.report.cycles,
      report::commandTimes(run.check.events, run.check.run.startCycle,
                           run.program.commands.size()),
      report::operatorFigures(run.program),
      {run.check.run.counters.begin(), run.check.run.counters.end()},
      run.report.dram};
  for (std::size_t i = 0; i < data.operators.size() && i < run.report.operators.size(); ++i)
    data.operators[i].cycles = run.report.operators[i].cycles;
  return data;
}

}  // namespace

void show(const ShowRequest& request, const ShownRun& run) {
  if (!request.wanted()) return;
  const report::RunData data = dataOf(run);
  if (!request.timeline.empty()) {
    files::writeAtomically(request.timeline, report::timelineJson(data));
    fmt::print("timeline: {} (open it in Perfetto; 1 us is 1 cycle)\n", request.timeline);
  }
  if (!request.report.empty()) {
    files::writeAtomically(request.report, report::reportHtml(data));
    fmt::print("report: {}\n", request.report);
  }
}

}  // namespace intformer::cli
