#include <fmt/format.h>

#include "bench/measure.hpp"
#include "gen/emit/emit.hpp"
#include "sw/compiler/compile.hpp"
#include "sw/golden/golden.hpp"
#include "sw/report/estimate.hpp"
#include "tb/build_device.hpp"
#include "tb/check.hpp"

namespace intformer::bench {
namespace {

struct Outcome {
  uint64_t cycles = 0;
  bool equal = true;
};

Outcome onRtl(const Case& one, const Job& job, const Program& program) {
  tb::SimDevice device(tb::buildDevice(
      job.plan, emitAll(job.plan),
      {.root = {}, .traced = false, .assertions = false, .quiet = true}));
  const TensorValues golden = golden::runGolden(job.graph, job.inputs, job.plan.family);
  const RtlFigures rtl = runOnRtl(device, job, program, golden, one.latency);
  return {rtl.cycles, rtl.equal};
}

Outcome estimated(const Case& one, const Job& job, const Program& program) {
  perf::MemoryTiming memory;
  memory.latency = one.latency;
  const std::vector<uint8_t> image = buildImage(program, job.graph, job.inputs);
  return {report::estimateReport(program, job.plan, memory, image).cycles, true};
}

}  // namespace

bool measureUtilization(const Settings& settings, Figures& figures) {
  figures.section("MAC utilization");
  bool equal = true;
  for (const Case& one : utilizationCases()) {
    if (settings.quick && !one.quick) continue;
    figures.measuring(one.name);
    const Job job = prepare(one);
    const Program program = compiler::compile(job.graph, job.plan);
    const bool simulate = one.onRtl && !settings.quick;
    const Outcome outcome =
        simulate ? onRtl(one, job, program) : estimated(one, job, program);
    equal = equal && outcome.equal;
    figures.add({fmt::format("{} ({})", one.name, simulate ? "RTL" : "estimate"),
                 utilization(job, outcome.cycles), "%", one.goal});
  }
  return equal;
}

}  // namespace intformer::bench
