#include "gen/emit/vector_decode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "gen/emit/emit.hpp"
#include "gen/emit/packed_struct.hpp"
#include "gen/tables/operands.hpp"
#include "gen/writer.hpp"

namespace intformer {
namespace {

constexpr std::string_view kHead = R"sv(
// SPDX-License-Identifier: Apache-2.0
// What a vector command asks of its unit: the opcode, and which operands it has.
//
// Contract: combinational. The flags of an opcode decide where an operand may be absent. The lanes
//   multiply the words read where no sums are. Statistics are used where rows read or write them,
//   gathered where the lanes write them; a row-scalar command has only its opcode's bit.
`default_nettype none

module vector_decode (
  input  intformer_pkg::vector_command_t command_i,
  output intformer_pkg::vector_op_t      op_o
);
  always_comb begin
    op_o = '0;
    unique case (command_i.opcode)
)sv";

constexpr std::string_view kTail = R"sv(      default: op_o = '0;
    endcase
  end

  logic unused;
  assign unused = ^command_i;
endmodule

`default_nettype wire
)sv";

std::string bitOf(Field flag) {
  return fmt::format("command_i.{}", fieldSpec(flag).name);
}

/// Assignments to members of `op_o`, one to a line.
class Assignments {
 public:
  void add(std::string_view member, const std::string& value) {
    lines_.add(fmt::format("op_o.{}", member), fmt::format("= {};", value));
  }
  /// Of an operand that is there, by its flag or always.
  void addFlag(std::string_view member, const OperandSpec& operand) {
    add(member, operand.when     ? bitOf(*operand.when)
                : operand.unless ? fmt::format("!{}", bitOf(*operand.unless))
                                 : "1'b1");
  }
  /// The same. Statistics that are not read because they start afresh are written all the same.
  void addStatistic(std::string_view member, const OperandSpec& operand) {
    add(member, operand.when ? bitOf(*operand.when) : "1'b1");
  }
  [[nodiscard]] std::string text() const { return lines_.text("        "); }

 private:
  Columns lines_;
};

std::string wordsOf(const OperandSpec& in) {
  const unsigned words = in.units.count;
  if (in.when) return fmt::format("{} ? 2'd{} : 2'd0", bitOf(*in.when), words);
  if (!in.units.doubledBy) return fmt::format("2'd{}", words);
  return fmt::format("{} ? 2'd{} : 2'd{}", bitOf(*in.units.doubledBy), 2 * words, words);
}

/// Whether the words read take the place of the sums: where these never are, or not with a flag.
void addMultiplicand(Opcode opcode, Assignments& lines) {
  const auto specs = operandSpecs(opcode);
  const auto find = [&](Field address) {
    return std::ranges::find(specs, address, &OperandSpec::address);
  };
  if (find(Field::InAddr) == specs.end()) return;
  const auto sums = find(Field::AccAddr);
  if (sums == specs.end())
    lines.add("lanes.from_words", "1'b1");
  else if (sums->unless)
    lines.add("lanes.from_words", bitOf(*sums->unless));
}

void addStatistics(Opcode opcode, Assignments& lines) {
  const OperandSpec *used = nullptr, *gathered = nullptr;
  for (const OperandSpec& operand : operandSpecs(opcode)) {
    if (operand.space != Space::Statistics) continue;
    if (used == nullptr) used = &operand;
    if (operand.write) gathered = &operand;
  }
  if (used != nullptr) lines.addStatistic("statistics_used", *used);
  if (gathered == nullptr) return;
  lines.addStatistic("statistics_gathered", *gathered);
  if (gathered->parts == NormSum) lines.addStatistic("lanes.moments", *gathered);
}

/// Whose activation it is, of a device that has tables: their function is not 0, their form its
/// second bit.
void addFunction(const OpcodeSpec& spec, Assignments& lines) {
  if (std::ranges::find(spec.fields, Field::Function) == spec.fields.end()) return;
  lines.add("lanes.tabulated", "intformer_pkg::Tables && command_i.function_field != '0");
  lines.add("lanes.odd", "intformer_pkg::Tables && command_i.function_field[1]");
}

std::string arm(const OpcodeSpec& spec) {
  Assignments lines;
  lines.add(fmt::format("{}{}", isRowScalar(spec.opcode) ? "" : "lanes.", spec.name), "1'b1");
  for (const OperandSpec& operand : operandSpecs(spec.opcode)) {
    switch (operand.address) {
      case Field::AccAddr: lines.addFlag("acc_used", operand); break;
      case Field::InAddr: lines.add("in_words", wordsOf(operand)); break;
      case Field::ConstAddr:
        lines.add("const_words", fmt::format("4'd{}", operand.units.count));
        break;
      case Field::OutAddr: lines.addFlag("lanes.out8_used", operand); break;
      case Field::Out16Addr: lines.addFlag("lanes.out16_used", operand); break;
      default: break;
    }
  }
  if (!isRowScalar(spec.opcode)) {
    addMultiplicand(spec.opcode, lines);
    addFunction(spec, lines);
    addStatistics(spec.opcode, lines);
  }
  return fmt::format("      intformer_pkg::Op{}: begin\n{}      end\n", upperCamel(spec.name),
                     lines.text());
}

}  // namespace

std::string vectorOpTypes(const Plan& plan) {
  PackedStruct lanes("What a vector command asks of the lanes.", "lane_op_t");
  PackedStruct unit("What it asks of its unit.", "vector_op_t");
  for (const OpcodeSpec& spec : opcodes()) {
    if (spec.queue != Queue::Vector) continue;
    (isRowScalar(spec.opcode) ? unit : lanes).add(1, std::string(spec.name));
  }
  for (const auto* flag : {"tabulated", "odd", "from_words", "moments", "out8_used", "out16_used"}) lanes.add(1, flag);
  unit.add("lane_op_t", "lanes");
  unit.add(1, "acc_used");
  unit.add(2, "in_words");
  unit.add(4, "const_words");
  for (const auto* flag : {"statistics_used", "statistics_gathered"}) unit.add(1, flag);

  const uint32_t edge = std::bit_width(plan.dim);  // of 0 to dim
  PackedStruct uop("What the lanes do with a beat: of its command, its row, and itself.",
                   "lane_uop_t");
  uop.add("lane_op_t", "op");
  uop.add(1, "in16");
  uop.add(1, "dither");
  uop.add(fieldSpec(Field::Multiplier).width, "multiplier");
  uop.add(fieldSpec(Field::Shift).width, "shift");
  uop.add(1, "bank");       // of the constants
  uop.add(1, "fresh");      // the row starts its statistics
  uop.add(1, "final_row");  // of the command
  uop.add(std::bit_width(plan.statRows - 1), "slot");
  uop.add(8, "position");   // of column 0, modulo 256
  uop.add(edge, "low");     // valid columns: low <= column < high
  uop.add(edge, "high");
  uop.add(std::max<uint32_t>(std::bit_width(plan.beatsPerWord() - 1), 1), "beat");
  uop.add(1, "first");      // of the row
  uop.add(1, "last");
  return lanes.text() + unit.text() + uop.text() +
         fmt::format("  localparam int unsigned LaneUopBits = {};\n", uop.width() + lanes.width());
}

EmittedFile emitVectorDecode() {
  std::string text(kHead.substr(1));
  for (const OpcodeSpec& spec : opcodes())
    if (spec.queue == Queue::Vector) text += arm(spec);
  return {"vector/vector_decode.sv", text + std::string(kTail)};
}

}  // namespace intformer
