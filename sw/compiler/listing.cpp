#include "sw/compiler/listing.hpp"

#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>

namespace intformer {
namespace {

std::string_view typeName(ElementType type) {
  switch (type) {
    case ElementType::Int8: return "int8";
    case ElementType::Uint8: return "uint8";
    case ElementType::Index: return "index";
    default: return "int16";
  }
}

}  // namespace

std::string listProgram(const Program& program) {
  std::vector<std::string_view> owner(program.commands.size());
  for (const OperatorTrace& op : program.operators)
    for (const uint32_t command : op.commands) owner[command] = op.name;
  std::string text;
  auto out = std::back_inserter(text);
  for (std::size_t index = 0; index < program.commands.size(); ++index) {
    const Command& command = program.commands[index];
    const OpcodeSpec& spec = *findOpcode(static_cast<uint8_t>(command.opcode()));
    fmt::format_to(out, "{:>6} {:<6} {:<22}", index, spec.queue ? queueName(*spec.queue) : "-",
                   spec.name);
    for (const Field field : spec.fields) {
      const int64_t value = command.get(field);
      if (value == 0) continue;
      if (field == Field::MemoryAddr)
        fmt::format_to(out, " {}={:#x}", fieldSpec(field).name, value);
      else
        fmt::format_to(out, " {}={}", fieldSpec(field).name, value);
    }
    if (const std::string waits = waitsText(command); !waits.empty())
      fmt::format_to(out, " wait={}", waits);
    if (const std::string signals = signalsText(command); !signals.empty())
      fmt::format_to(out, " signal={}", signals);
    if (!owner[index].empty()) fmt::format_to(out, "  # {}", owner[index]);
    text += '\n';
  }
  return text;
}

std::string memoryMapJson(const Program& program, const Graph& graph) {
  nlohmann::ordered_json map;
  map["memory_bytes"] = program.memoryBytes;
  map["read_only_end"] = program.readOnlyEnd;
  map["program"] = {{"address", program.programAddress},
                    {"commands", program.commands.size()},
                    {"bytes", program.commands.size() * kCommandBytes}};
  uint64_t constantBytesTotal = 0;
  for (const MemorySegment& segment : program.constants) constantBytesTotal += segment.bytes.size();
  map["constants"] = {
      {"address", program.constants.empty() ? 0 : program.constants.front().address},
      {"pieces", program.constants.size()},
      {"bytes", constantBytesTotal}};
  map["tensors"] = nlohmann::ordered_json::array();
  for (const Placement& placement : program.placements) {
    const TensorInfo& info = graph.tensors[placement.tensor];
    map["tensors"].push_back({{"name", info.name},
                              {"type", typeName(info.type)},
                              {"address", placement.address},
                              {"bytes", placement.bytes()},
                              {"rows", info.rows},
                              {"cols", info.cols},
                              {"panels", placement.panels},
                              {"group_cols", placement.groupCols},
                              {"group_stride", placement.groupStride}});
  }
  map["operators"] = nlohmann::ordered_json::array();
  for (const OperatorTrace& op : program.operators)
    map["operators"].push_back({{"name", op.name},
                                {"kind", op.kind},
                                {"macs", op.macs},
                                {"commands", op.commands.size()}});
  return map.dump(2) + "\n";
}

}  // namespace intformer
