#include "sw/report/run_data.hpp"

#include <cctype>

#include "gen/tables/operands.hpp"

namespace intformer::report {
namespace {

/// "layer12.ffn" -> "layer*.ffn"
std::string pattern(const std::string& name) {
  std::string text;
  for (const char c : name) {
    const bool digit = std::isdigit(static_cast<unsigned char>(c)) != 0;
    if (!digit)
      text += c;
    else if (text.empty() || text.back() != '*')
      text += '*';
  }
  return text;
}

}  // namespace

std::vector<CommandTimes> commandTimes(std::span<const perf::Event> events, uint64_t begin,
                                       std::size_t commands) {
  std::vector<CommandTimes> times(commands);
  for (const perf::Event& event : events) {
    if (event.command >= commands || event.cycle < begin) continue;
    (event.done ? times[event.command].done : times[event.command].start) =
        event.cycle - begin;
  }
  return times;
}

uint64_t RunData::macs() const {
  uint64_t sum = 0;
  for (const auto& op : operators) sum += op.macs;
  return sum;
}

double RunData::utilization(uint64_t ofMacs, uint64_t ofCycles) const {
  if (ofCycles == 0) return 0;
  return static_cast<double>(ofMacs) /
         (static_cast<double>(ofCycles) * static_cast<double>(plan.dim) * plan.dim);
}

std::vector<std::size_t> operatorOfCommand(const Program& program) {
  std::vector<std::size_t> owner(program.commands.size(), kNoOperator);
  for (std::size_t op = 0; op < program.operators.size(); ++op)
    for (const uint32_t command : program.operators[op].commands) owner[command] = op;
  return owner;
}

std::vector<OperatorFigures> operatorFigures(const Program& program) {
  std::vector<OperatorFigures> figures;
  for (const OperatorTrace& trace : program.operators) {
    OperatorFigures op{trace.name, trace.kind, 0, trace.macs, 0, 0};
    for (const uint32_t index : trace.commands) {
      const Command& command = program.commands[index];
      const auto queue = findOpcode(command.opcode())->queue;
      if (queue != Queue::Load && queue != Queue::Store) continue;
      const uint64_t bytes = bytesTransferred(command, program.dim);
      (queue == Queue::Load ? op.loaded : op.stored) += bytes;
    }
    figures.push_back(op);
  }
  return figures;
}

std::vector<OperatorGroup> groupOperators(const std::vector<OperatorFigures>& operators) {
  std::vector<OperatorGroup> groups;
  for (std::size_t i = 0; i < operators.size(); ++i) {
    const OperatorFigures& op = operators[i];
    const std::string name = pattern(op.name);
    std::size_t at = 0;
    while (at < groups.size() && groups[at].name != name) ++at;
    if (at == groups.size()) groups.push_back({name, {name, op.kind, 0, 0, 0, 0}, {}});
    OperatorGroup& group = groups[at];
    group.members.push_back(i);
    group.sum.cycles += op.cycles;
    group.sum.macs += op.macs;
    group.sum.loaded += op.loaded;
    group.sum.stored += op.stored;
  }
  for (OperatorGroup& group : groups)
    if (group.members.size() == 1) group.name = operators[group.members[0]].name;
  return groups;
}

}  // namespace intformer::report
