#include "sw/compiler/listing.hpp"

#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>

namespace intformer::compiler {
namespace {

std::string_view roleName(TensorRole role) {
  switch (role) {
    case TensorRole::Input: return "input";
    case TensorRole::Output: return "output";
    case TensorRole::Constant: return "constant";
    default: return "intermediate";
  }
}

std::string_view typeName(ElementType type) {
  switch (type) {
    case ElementType::Int8: return "int8";
    case ElementType::Uint8: return "uint8";
    case ElementType::Index: return "uint32";
    default: return "int16";
  }
}

/// A tensor's place. A row number is one element of 32 bits here, not two halves.
nlohmann::ordered_json describe(const Placement& placement, const TensorInfo& info,
                                uint64_t base) {
  const uint32_t parts = info.type == ElementType::Index ? 2 : 1;
  const uint32_t element = elementBytes(info.type) * parts;
  const uint32_t rowBytes = placement.dim * elementBytes(info.type);
  return {{"name", info.name},
          {"role", roleName(info.role)},
          {"type", typeName(info.type)},
          {"address", base + placement.address},
          {"bytes", placement.bytes()},
          {"rows", info.rows},
          {"cols", info.cols / parts},
          {"panels", placement.panels},
          {"panel_cols", placement.dim / parts},
          {"panel_bytes", uint64_t{rowBytes} * placement.rows},
          {"row_bytes", rowBytes},
          {"element_bytes", element},
          {"group_cols", placement.groupCols / parts},
          {"group_stride", placement.groupStride / parts}};
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
    const OpcodeSpec& spec = *findOpcode(command.opcode());
    fmt::format_to(out, "{:>6} {:<6} {:<22}", index, spec.queue ? queueName(*spec.queue) : "-",
                   spec.name);
    for (const Field field : spec.fields) {
      const int64_t value = command.get(field);
      if (value == 0) continue;
      if (field == Field::MemoryAddr || field == Field::IndexAddr)
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

std::string programMapJson(const Program& program, std::span<const TensorInfo> tensors,
                           uint64_t base) {
  nlohmann::ordered_json map = {{"address", base + program.programAddress},
                                {"commands", program.commands.size()},
                                {"bytes", program.commands.size() * kCommandBytes}};
  map["tensors"] = nlohmann::ordered_json::array();
  for (const Placement& placement : program.placements)
    map["tensors"].push_back(describe(placement, tensors[placement.tensor], base));
  map["operators"] = nlohmann::ordered_json::array();
  for (const OperatorTrace& op : program.operators)
    map["operators"].push_back({{"name", op.name},
                                {"kind", op.kind},
                                {"macs", op.macs},
                                {"commands", op.commands.size()}});
  return map.dump(2) + "\n";
}

}  // namespace intformer::compiler
