#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gen/plan.hpp"
#include "sw/perf/estimate.hpp"
#include "sw/program/program.hpp"

/// What a run has cost, operator by operator, for people and as JSON.
namespace intformer::report {

struct OperatorReport {
  std::string name;
  std::string kind;
  uint64_t cycles = 0;
  uint64_t macs = 0;
  double utilization = 0;  ///< MACs / (cycles * MACs of the array)
  uint64_t bytes = 0;      ///< moved by its loads and stores
  uint64_t values = 0;     ///< compared; not part of the JSON
};

struct RunReport {
  Plan plan;
  std::string dram;            ///< its name and clock; empty: memory of a fixed latency
  perf::DramUse dramUse;       ///< of an estimate
  uint32_t memoryLatency = 0;  ///< cycles
  double memoryStall = 0;      ///< probability that a channel refuses in a cycle
  uint64_t memorySeed = 0;     ///< of the stalls
  std::string model;
  uint32_t seq = 0;                ///< tokens of all sequences
  std::vector<uint32_t> sequences;  ///< tokens of each, when there are several
  uint32_t layers = 0;
  bool counted = true;  ///< by the device: without counters no cycles, utilization or bytes
  uint64_t cycles = 0;  ///< by the device's counter
  uint64_t macs = 0;
  double utilization = 0;
  uint64_t bytesRead = 0;
  uint64_t bytesWritten = 0;
  uint64_t tensorsCompared = 0;
  uint64_t valuesCompared = 0;
  uint64_t mismatches = 0;
  double wallSeconds = 0;  ///< of everything, building apart
  double simKhz = 0;
  std::vector<OperatorReport> operators;
};

/// Splits the run's cycles among the operators. Operators overlap, so each cycle goes to the one
/// that the array works for: a matmul owns the time since the matmul before it; where the array
/// stood idle beside an operator without matmuls, up to that one's end, the time is that
/// operator's. The sum is `cycles`.
std::vector<OperatorReport> operatorReports(const Program& program,
                                            std::span<const perf::Event> events, uint64_t startCycle,
                                            uint64_t cycles);

/// A table for people, one operator per line and a total.
std::string tableText(const RunReport& report);
std::string jsonText(const RunReport& report);

}  // namespace intformer::report
