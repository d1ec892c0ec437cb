#include "sw/report/estimate.hpp"

namespace intformer::report {

RunReport estimateReport(const Program& program, const Plan& plan,
                         const perf::MemoryTiming& memory, std::span<const uint8_t> image,
                         uint64_t imageAddress) {
  const perf::Run run =
      perf::estimate(program.commands, program.programAddress, plan, memory, image,
                     imageAddress);
  std::vector<perf::Event> events = run.events;
  for (perf::Event& event : events) event.cycle += perf::kStartCycles;
  RunReport report;
  report.cycles = run.cycles;
  report.bytesRead = run.bytesRead;
  report.bytesWritten = run.bytesWritten;
  report.dramUse = run.dram;
  report.operators = operatorReports(program, events, 0, run.cycles);
  for (const OperatorTrace& op : program.operators) report.macs += op.macs;
  report.utilization = static_cast<double>(report.macs) /
                       (static_cast<double>(report.cycles) * plan.dim * plan.dim);
  return report;
}

}  // namespace intformer::report
