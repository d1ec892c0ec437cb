#include "tb/report.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <unordered_map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace intformer::tb {
namespace {

uint64_t bytesMoved(const Program& program, const OperatorTrace& op) {
  uint64_t bytes = 0;
  for (const uint32_t index : op.commands) {
    const Command& command = program.commands[index];
    if (command.opcode() == Opcode::Load || command.opcode() == Opcode::Store)
      bytes += static_cast<uint64_t>(command.get(Field::Chunks)) *
               static_cast<uint64_t>(command.get(Field::ChunkWords)) * program.dim;
  }
  return bytes;
}

/// 1234567 -> "1,234,567"
std::string grouped(uint64_t value) {
  std::string text = std::to_string(value);
  for (auto i = static_cast<std::ptrdiff_t>(text.size()) - 3; i > 0; i -= 3)
    text.insert(static_cast<std::size_t>(i), ",");
  return text;
}

std::string percent(const RunReport& report, uint64_t cycles, uint64_t macs, double utilization) {
  return report.cycles == 0 || cycles == 0 || macs == 0 ? "-"
                                                        : fmt::format("{:.1f} %", utilization * 100);
}

}  // namespace

std::vector<OperatorReport> operatorReports(const Program& program,
                                            std::span<const sim_event> events, uint64_t startCycle,
                                            uint64_t cycles) {
  std::unordered_map<uint32_t, uint64_t> doneAt;
  for (const sim_event& event : events)
    if (event.done != 0) doneAt[event.command] = event.cycle;

  std::vector<OperatorReport> reports;
  uint64_t before = startCycle;
  const double arrayMacs = static_cast<double>(program.dim) * program.dim;
  for (const OperatorTrace& op : program.operators) {
    OperatorReport report{op.name, op.kind, 0, op.macs, 0, bytesMoved(program, op), 0};
    uint64_t lastMatmul = 0;
    uint64_t last = 0;
    for (const uint32_t index : op.commands) {
      const auto done = doneAt.find(index);
      if (done == doneAt.end()) continue;
      last = std::max(last, done->second);
      if (program.commands[index].opcode() == Opcode::Matmul)
        lastMatmul = std::max(lastMatmul, done->second);
    }
    uint64_t end = std::max(before, lastMatmul != 0 ? lastMatmul : last);
    end = &op == &program.operators.back() ? startCycle + cycles
                                           : std::min(end, startCycle + cycles);
    report.cycles = end - before;
    if (report.cycles != 0)
      report.utilization =
          static_cast<double>(op.macs) / (static_cast<double>(report.cycles) * arrayMacs);
    before = end;
    reports.push_back(std::move(report));
  }
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
                 percent(report, op.cycles, op.macs, op.utilization), grouped(op.bytes),
                 verdict(op.values));
  text += line("total", "", report.cycles == 0 ? "-" : grouped(report.cycles),
               percent(report, report.cycles, report.macs, report.utilization),
               grouped(report.bytesRead + report.bytesWritten), verdict(report.valuesCompared));
  return text;
}

std::string jsonText(const RunReport& report) {
  nlohmann::ordered_json json;
  json["config"] = report.config;
  json["model"] = report.model;
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
  json["operators"] = nlohmann::ordered_json::array();
  for (const auto& op : report.operators)
    json["operators"].push_back({{"name", op.name},
                                 {"kind", op.kind},
                                 {"cycles", op.cycles},
                                 {"macs", op.macs},
                                 {"utilization", op.utilization},
                                 {"bytes", op.bytes}});
  return json.dump(2) + "\n";
}

void writeAtomically(const std::filesystem::path& path, const std::string& text) {
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path());
  const std::filesystem::path temporary = fmt::format("{}.{}", path.string(), getpid());
  {
    std::ofstream out(temporary, std::ios::binary);
    out << text;
    if (!out.flush()) throw std::runtime_error("cannot write " + path.string());
  }
  std::filesystem::rename(temporary, path);
}

}  // namespace intformer::tb
