#include <stdexcept>

#include "bench/measure.hpp"
#include "gen/tables/registers.hpp"
#include "tb/check.hpp"

namespace intformer::bench {

RtlFigures runOnRtl(tb::SimDevice& device, const Job& job, const Program& program,
                    const TensorValues& golden, uint32_t latency) {
  tb::Scoreboard scoreboard(program, job.graph, golden);
  const tb::RtlCheck check =
      checkOnDevice(device, job.plan, program, scoreboard,
                    buildImage(program, job.graph, job.inputs), tb::memoryTiming(latency));
  if (!check.run.counts(INTFORMER_COUNT_CYCLES))
    throw std::runtime_error("cycles are " + notCounted(job.plan.counters));
  return {check.run.counters[INTFORMER_COUNT_CYCLES],
          check.comparison.values,
          check.equal(),
          {check.run.seconds, check.run.cpuSeconds}};
}

double utilization(const Job& job, uint64_t cycles) {
  const double possible = static_cast<double>(cycles) * job.plan.dim * job.plan.dim;
  return 100 * static_cast<double>(job.macs) / possible;
}

}  // namespace intformer::bench
