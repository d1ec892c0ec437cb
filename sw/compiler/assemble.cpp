#include "sw/compiler/assemble.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "gen/tables/rules.hpp"

namespace intformer::compiler {
namespace {

constexpr uint64_t kPage = 4096;  ///< AXI bursts do not cross it; windows are opened on it

/// Every device refuses a command that breaks a rule of the command set: ours must not.
void requireLegal(const std::vector<Command>& commands, uint32_t dim) {
  for (std::size_t i = 0; i < commands.size(); ++i)
    if (const auto reason = findIllegalField(commands[i], dim))
      throw std::logic_error(fmt::format(
          "compiler: command {} ({}): {}", i,
          findOpcode(commands[i].opcode())->name, *reason));
}

}  // namespace

Program assemble(const Graph& graph, const Plan& plan, const MemoryLayout& layout,
                 const Lowered& lowered, bool contents) {
  Program program;
  program.dim = plan.dim;
  program.scratchWords = lowered.scratchWords;
  const std::vector<StreamCommand> stream = lowered.stream.merged();
  const uint64_t constantsBase = roundUp((stream.size() + 1) * kCommandBytes, kPage);
  program.constantsAddress = constantsBase;
  program.readOnlyEnd = roundUp(constantsBase + lowered.constants.bytes(), kPage);
  program.memoryBytes = program.readOnlyEnd + roundUp(layout.bytes + lowered.spillBytes, kPage);

  program.spillOffset = layout.bytes;
  program.spillBytes = lowered.spillBytes;
  for (const Operator& op : graph.operators)
    program.operators.push_back({.name = operatorName(op),
                                 .kind = operatorKind(op),
                                 .macs = macs(graph, op),
                                 .commands = {}});
  program.commands.reserve(stream.size() + 1);
  for (const StreamCommand& item : stream) {
    program.operators[item.owner].commands.push_back(
        static_cast<uint32_t>(program.commands.size()));
    Command& command = program.commands.emplace_back(item.command);
    if (command.opcode() == Opcode::Gather)  // a table of constants, a list among the tensors
      command.set(Field::IndexAddr,
                  command.get(Field::IndexAddr) + static_cast<int64_t>(program.readOnlyEnd));
    if (item.base != AddressBase::None) {
      const uint64_t base =
          item.base == AddressBase::Constants ? constantsBase : program.readOnlyEnd;
      command.set(Field::MemoryAddr, command.get(Field::MemoryAddr) + static_cast<int64_t>(base));
    }
  }
  program.commands.emplace_back(Opcode::End);
  if (contents) {
    requireLegal(program.commands, plan.dim);
    program.constants = lowered.constants.build(constantsBase);
  }
  for (TensorId id = 0; id < graph.tensors.size(); ++id)
    if (const TensorLayout& tensor = layout.tensors[id]; tensor.stored)
      program.placements.push_back(placementOf(
          graph, layout, id, plan.dim, tensor.constant ? constantsBase : program.readOnlyEnd));
  return program;
}

}  // namespace intformer::compiler
