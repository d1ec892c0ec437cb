#include "sw/report/run_report.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gen/device.hpp"
#include "gen/tables/operands.hpp"
#include "gen/tables/registers.hpp"
#include "sw/report/svg.hpp"

namespace intformer::report {
namespace {

uint64_t bytesMoved(const Program& program, const OperatorTrace& op) {
  uint64_t bytes = 0;
  for (const uint32_t index : op.commands) {
    const Command& command = program.commands[index];
    const auto queue = findOpcode(command.opcode())->queue;
    if (queue == Queue::Load || queue == Queue::Store)
      bytes += bytesTransferred(command, program.dim);
  }
  return bytes;
}

std::string used(const RunReport& report, uint64_t cycles, uint64_t macs, double utilization) {
  if (report.cycles == 0 || cycles == 0 || macs == 0) return "-";
  return percent(utilization);
}

}  // namespace

std::vector<OperatorReport> operatorReports(const Program& program,
                                            std::span<const perf::Event> events, uint64_t startCycle,
                                            uint64_t cycles) {
  std::vector<OperatorReport> reports;
  std::vector<std::size_t> owner(program.commands.size(), 0);
  std::vector<bool> usesArray;
  for (const OperatorTrace& op : program.operators) {
    usesArray.push_back(false);
    for (const uint32_t index : op.commands) {
      owner[index] = reports.size();
      if (program.commands[index].opcode() == Opcode::Matmul) usesArray.back() = true;
    }
    reports.push_back({op.name, op.kind, 0, op.macs, 0, bytesMoved(program, op), 0});
  }
  if (reports.empty()) return reports;

  // Every command that may own time, by its end: matmuls, and all of operators without a matmul.
  uint64_t before = startCycle;
  std::optional<std::size_t> waiting;  // an operator without matmul that ended since `before`
  uint64_t waitingEnd = 0;
  std::vector<uint64_t> startedAt(program.commands.size(), startCycle);
  const uint64_t end = startCycle + cycles;
  for (const perf::Event& event : events) {
    if (event.command >= owner.size() || event.cycle > end) continue;
    if (!event.done) {
      startedAt[event.command] = event.cycle;
      continue;
    }
    const std::size_t op = owner[event.command];
    if (program.commands[event.command].opcode() == Opcode::Matmul) {
      // What was left of an idle array's time belongs to the operator that it waited for.
      const uint64_t began = std::max(before, startedAt[event.command]);
      if (waiting && began > before) {
        const uint64_t idle = std::min(began, waitingEnd) - before;
        reports[*waiting].cycles += idle;
        before += idle;
      }
      reports[op].cycles += event.cycle - before;
      before = event.cycle;
      waiting.reset();
    } else if (!usesArray[op]) {
      waiting = op;
      waitingEnd = event.cycle;
    }
  }
  reports[waiting.value_or(reports.size() - 1)].cycles += end - before;

  const double arrayMacs = static_cast<double>(program.dim) * program.dim;
  for (OperatorReport& report : reports)
    if (report.cycles != 0)
      report.utilization =
          static_cast<double>(report.macs) / (static_cast<double>(report.cycles) * arrayMacs);
  return reports;
}

std::string tableText(const RunReport& report) {
  std::size_t width = 8;
  for (const auto& op : report.operators) width = std::max(width, op.name.size());
  const auto line = [&](const std::string& name, const std::string& kind, const std::string& cycles,
                        const std::string& utilization, const std::string& bytes,
                        const std::string& equal) {
    return fmt::format("{:<{}}  {:<10}  {:>12}  {:>8}  {:>12}  {}\n", name, width, kind, cycles,
                       utilization, bytes, equal);
  };
  std::string text = line("operator", "kind", "cycles", "MACs", "bytes", "values");
  const auto verdict = [&](uint64_t values) {
    return fmt::format("{} {}", grouped(values), report.mismatches == 0 ? "equal" : "compared");
  };
  for (const auto& op : report.operators)
    text += line(op.name, op.kind, report.cycles == 0 ? "-" : grouped(op.cycles),
                 used(report, op.cycles, op.macs, op.utilization), grouped(op.bytes),
                 verdict(op.values));
  text += line("total", "", report.cycles == 0 ? "-" : grouped(report.cycles),
               used(report, report.cycles, report.macs, report.utilization),
               report.counted ? grouped(report.bytesRead + report.bytesWritten) : "-",
               verdict(report.valuesCompared));
  if (!report.counted)
    text += fmt::format("Cycles and bytes of the run are {}.\n", notCounted(report.plan.counters));
  return text;
}

std::string jsonText(const RunReport& report) {
  nlohmann::ordered_json json = reportHead(report.plan);
  json["memory"] = {{"latency", report.memoryLatency},
                    {"stall", report.memoryStall},
                    {"seed", report.memorySeed}};
  if (!report.dram.empty())
    json["memory"] = {{"dram", report.dram},
                      {"stall", report.memoryStall},
                      {"seed", report.memorySeed}};
  json["model"] = report.model;
  if (report.sequences.size() > 1)
    json["seq"] = report.sequences;
  else
    json["seq"] = report.seq;
  json["layers"] = report.layers;
  json["cycles"] = report.cycles;
  json["macs"] = report.macs;
  json["utilization"] = report.utilization;
  json["bytes_read"] = report.bytesRead;
  json["bytes_written"] = report.bytesWritten;
  json["tensors_compared"] = report.tensorsCompared;
  json["values_compared"] = report.valuesCompared;
  json["mismatches"] = report.mismatches;
  json["wall_seconds"] = report.wallSeconds;
  json["sim_khz"] = report.simKhz;
  if (!report.counted) {
    for (const char* key : {"cycles", "utilization", "bytes_read", "bytes_written"}) json.erase(key);
    json["not_counted"] = notCounted(report.plan.counters);
  }
  json["operators"] = nlohmann::ordered_json::array();
  for (const auto& op : report.operators)
    json["operators"].push_back({{"name", op.name},
                                 {"kind", op.kind},
                                 {"cycles", op.cycles},
                                 {"macs", op.macs},
                                 {"utilization", op.utilization},
                                 {"bytes", op.bytes}});
  if (!report.counted)
    for (auto& op : json["operators"])
      for (const char* key : {"cycles", "utilization"}) op.erase(key);
  return json.dump(2) + "\n";
}

}  // namespace intformer::report
