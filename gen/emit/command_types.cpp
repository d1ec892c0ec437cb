#include "gen/emit/command_types.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <set>

#include "gen/emit/packed_struct.hpp"
#include "gen/tables/operands.hpp"

namespace intformer {
namespace {

/// The name of a member: the field's, unless that is a word of SystemVerilog.
std::string memberName(const FieldSpec& field) {
  const bool reserved = field.name == "wait" || field.name == "function";
  return std::string(field.name) + (reserved ? "_field" : "");
}

std::string commandType(Queue queue, bool scalar) {
  std::set<Field> fields = {Field::Opcode, Field::Wait, Field::Signal};
  for (const auto& spec : opcodes())
    if (spec.queue == queue && isRowScalar(spec.opcode) == scalar)
      fields.insert(spec.fields.begin(), spec.fields.end());
  std::vector<FieldSpec> specs;
  for (const Field field : fields) specs.push_back(fieldSpec(field));
  std::ranges::sort(specs, std::ranges::greater{}, &FieldSpec::lsb);

  const std::string name(scalar ? "scalar" : queueName(queue));
  PackedStruct type(fmt::format("A command of {}.", name), name + "_command_t");
  unsigned above = commandBits(queue);
  const auto fillDownTo = [&](unsigned bit) {
    if (above > bit) type.add(above - bit, fmt::format("unused_{}", bit));
  };
  for (const FieldSpec& spec : specs) {
    fillDownTo(spec.lsb + spec.width);
    type.add(spec.width, memberName(spec));
    above = spec.lsb;
  }
  fillDownTo(0);
  return type.text();
}

}  // namespace

std::string outcomeTypes() {
  PackedStruct done("What a unit says of a command that it has completed.", "done_t");
  done.add(kQueueCount, "signal");
  done.add(32, "index");
  PackedStruct error("What a unit says of the fault that stops it.", "error_t");
  error.add(8, "code");
  error.add(32, "index");
  error.add(64, "addr");
  return done.text() + error.text() +
         fmt::format("  localparam int unsigned ErrorBits = {};\n", error.width());
}

std::string commandTypes() {
  std::string text;
  for (std::size_t q = 0; q < kQueueCount; ++q) text += commandType(static_cast<Queue>(q), false);
  return text + commandType(Queue::Vector, true);
}

}  // namespace intformer
