#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gen/plan.hpp"
#include "sw/graph/graph.hpp"
#include "sw/perf/estimate.hpp"
#include "sw/program/program.hpp"

/// What a run of a program on a device left behind, and the pictures that show it.
namespace intformer::report {

/// When a command was on its unit, in cycles from the doorbell.
struct CommandTimes {
  uint64_t start = 0;  ///< the unit took it, perhaps while the one before was still under way
  uint64_t done = 0;   ///< its effects are visible
};

/// From the events of the device, `begin` being the cycle of the doorbell. By command; a command
/// that never ended has done = 0.
std::vector<CommandTimes> commandTimes(std::span<const perf::Event> events, uint64_t begin,
                                       std::size_t commands);

struct OperatorFigures {
  std::string name;
  std::string kind;
  uint64_t cycles = 0;  ///< its share of the run; the shares sum to the run's cycles
  uint64_t macs = 0;    ///< by the model's definition, padding not counted
  uint64_t loaded = 0;  ///< bytes
  uint64_t stored = 0;  ///< bytes
};

/// Keeps references: plan, program and graph must outlive it.
struct RunData {
  const Plan& plan;
  const Program& program;
  const Graph& graph;
  std::string model;
  std::string verdict;  ///< one line: what was compared, and with what result
  uint32_t seq = 0;                 ///< tokens of all sequences
  std::vector<uint32_t> sequences;  ///< tokens of each, when there are several
  uint32_t layers = 0;
  uint32_t memoryLatency = 0;
  double memoryStall = 0;   ///< probability that a channel refuses in a cycle
  uint64_t memorySeed = 0;  ///< of the stalls
  uint64_t cycles = 0;
  std::vector<CommandTimes> times;         ///< by command; `end` has none
  std::vector<OperatorFigures> operators;  ///< in the program's order
  std::vector<uint64_t> counters;          ///< by counterSpecs()
  std::string dram = {};                   ///< name and clock; empty: of the fixed latency

  [[nodiscard]] uint64_t macs() const;
  /// MACs / (cycles * MACs of the array); 0 without cycles.
  [[nodiscard]] double utilization(uint64_t macs, uint64_t ofCycles) const;
};

/// Operator of each command, as an index into program.operators; kNoOperator: `end`.
inline constexpr std::size_t kNoOperator = ~std::size_t{0};
std::vector<std::size_t> operatorOfCommand(const Program& program);

/// Bytes that an operator's loads and stores move; cycles are left 0.
std::vector<OperatorFigures> operatorFigures(const Program& program);

/// Operators that differ in a number only (those of the layers), gathered in order of appearance.
struct OperatorGroup {
  std::string name;  ///< "layer*.ffn.hidden", or the operator's own when it is alone
  OperatorFigures sum;
  std::vector<std::size_t> members;
};
std::vector<OperatorGroup> groupOperators(const std::vector<OperatorFigures>& operators);

}  // namespace intformer::report
