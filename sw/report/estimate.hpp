#pragma once

#include "gen/plan.hpp"
#include "sw/perf/estimate.hpp"
#include "sw/program/program.hpp"
#include "sw/report/run_report.hpp"

namespace intformer::report {

/// The report of a run that did not take place: cycles, bytes and operators by the performance
/// model (sw/perf/estimate.hpp), divided as a run's are. Names and sizes of the model are left to the caller.
RunReport estimateReport(const Program& program, const Plan& plan,
                         const perf::MemoryTiming& memory = {},
                         std::span<const uint8_t> image = {}, uint64_t imageAddress = 0);

}  // namespace intformer::report
