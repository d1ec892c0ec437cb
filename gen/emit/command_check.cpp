#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "gen/emit/emit.hpp"
#include "gen/tables/rules.hpp"
#include "gen/writer.hpp"

namespace intformer {
namespace {

/// `command_i[intformer_pkg::RowsLsb +: intformer_pkg::RowsWidth]`
std::string slice(Field field) {
  return fmt::format("command_i[intformer_pkg::{0}Lsb +: intformer_pkg::{0}Width]",
                     upperCamel(fieldSpec(field).name));
}
/// Its lowest bits.
std::string low(Field field, std::string_view bits) {
  return fmt::format("command_i[intformer_pkg::{}Lsb +: {}]", upperCamel(fieldSpec(field).name),
                     bits);
}

std::string wireName(const FieldRule& rule) {
  const std::string_view field = fieldSpec(rule.field).name;
  switch (rule.limit) {
    case Limit::AtLeast:
      return fmt::format("{}_below_{}", field, rule.value);
    case Limit::AtMost:
      return fmt::format("{}_above_{}", field, rule.value);
    case Limit::MultipleOf:
      return fmt::format("{}_off_{}", field, rule.value);
    case Limit::MultipleOfDim:
      return fmt::format("{}_off_dim", field);
  }
  return {};
}

std::string wireName(const RelationRule& rule) {
  const auto index = static_cast<std::size_t>(&rule - relationRules().data());
  return fmt::format("{}_unrelated_{}", fieldSpec(rule.second).name, index);
}

std::string broken(const FieldRule& rule) {
  const unsigned width = fieldSpec(rule.field).width;
  switch (rule.limit) {
    case Limit::AtLeast:
      if (rule.value == 1) return slice(rule.field) + " == '0";
      return fmt::format("{} < {}'d{}", slice(rule.field), width, rule.value);
    case Limit::AtMost:
      if (rule.value == 0) return slice(rule.field) + " != '0";
      return fmt::format("{} > {}'d{}", slice(rule.field), width, rule.value);
    case Limit::MultipleOf:
      return low(rule.field, std::to_string(std::countr_zero(rule.value))) + " != '0";
    case Limit::MultipleOfDim:
      return low(rule.field, "DimWidth") + " != '0";
  }
  return {};
}

std::string broken(const RelationRule& rule) {
  const std::string first = slice(rule.first), second = slice(rule.second);
  switch (rule.relation) {
    case Relation::OneOf:
      return fmt::format("{} ==\n      {}", first, second);
    case Relation::AnyOf:
      return fmt::format("({} |\n       {}) == '0", first, second);
    case Relation::CeilLog2:
      return fmt::format("!is_ceil_log2(\n      {},\n      {})", first, second);
  }
  return {};
}

std::string spareWires() {
  std::string text = fmt::format(
      "  // Bits that some opcode does not use, by group: whether one is set; whether this one does not.\n"
      "  logic [{}:0] spare, not_used;\n",
      spareBits().size() - 1);
  for (std::size_t i = 0; i < spareBits().size(); ++i) {
    std::string pieces;
    for (const auto& range : spareBits()[i].ranges)
      pieces += fmt::format("{}command_i[{}:{}]", pieces.empty() ? "" : ",\n                      ",
                            range.lsb + range.width - 1, range.lsb);
    text += fmt::format("  assign spare[{}] = |{{{}}};\n", i, pieces);
  }
  return text;
}

std::string arm(std::size_t index) {
  const OpcodeSpec& spec = opcodes()[index];
  std::string bad;
  const auto add = [&](std::string_view wire) {
    bad += fmt::format("{}{}", bad.empty() ? "" : " ||\n                        ", wire);
  };
  for (const FieldRule& rule : fieldRules())
    if (holdsFor(rule, spec)) add(wireName(rule));
  for (const RelationRule& rule : relationRules())
    if (rule.opcode == spec.opcode) add(wireName(rule));
  std::string mask;
  for (const SpareBits& group : spareBits()) mask += group.unusedBy[index] ? '1' : '0';
  std::ranges::reverse(mask);
  if (std::ranges::find(spec.fields, Field::Function) != spec.fields.end())
    add(fmt::format("(!intformer_pkg::Tables &&\n                    {} != '0)", slice(Field::Function)));
  const std::string known = spec.opcode == Opcode::ActivationTable
                                ? "          known_o     = intformer_pkg::Tables;\n"
                                : "";
  const std::string first =
      spec.queue ? fmt::format("queue_o     = 2'd{};", static_cast<unsigned>(*spec.queue))
                 : "is_end_o    = 1'b1;";
  const std::string field = bad.empty() ? "" : fmt::format("          bad_field_o = {};\n", bad);
  return fmt::format(
      "begin\n          {}\n{}{}          not_used    = {}'b{};\n        end\n",
      first, known, field, spareBits().size(), mask);
}

/// Declarations and assignments: one wire per rule, high where the command breaks it, and `spare`
/// with a bit per group of unused bits.
std::string checkWires() {
  std::string names;
  std::string assigns;
  const auto add = [&](const auto& rule) {
    names += fmt::format("{}{}", names.empty() ? "" : ",\n      ", wireName(rule));
    assigns += fmt::format("  assign {} =\n      {};\n", wireName(rule), broken(rule));
  };
  for (const FieldRule& rule : fieldRules()) add(rule);
  for (const RelationRule& rule : relationRules()) add(rule);
  return fmt::format("  logic\n      {};\n", names) + assigns + spareWires();
}

/// The arms of a `case` over the opcode: they set queue, is_end, bad_field and the groups of bits not used.
/// Neighbours in the table that say the same share one.
std::string checkArms() {
  std::string text;
  std::string labels;
  for (std::size_t i = 0; i < opcodes().size(); ++i) {
    labels += fmt::format("{}intformer_pkg::Op{}", labels.empty() ? "        " : ",\n        ",
                          upperCamel(opcodes()[i].name));
    if (i + 1 < opcodes().size() && arm(i + 1) == arm(i)) continue;
    text += labels + ": " + arm(i);
    labels.clear();
  }
  return text;
}

/// `stray_bits_o`: a quarter of the groups in each bit.
std::string strayParts() {
  constexpr std::size_t kParts = 4;
  const std::size_t groups = spareBits().size();
  std::string text;
  for (std::size_t part = 0; part < kParts; ++part) {
    const std::size_t first = groups * part / kParts, last = groups * (part + 1) / kParts - 1;
    text += fmt::format("  assign stray_bits_o[{0}] = (spare[{1}:{2}] & not_used[{1}:{2}]) != '0;\n", part, last,
                        first);
  }
  return text + '\n';
}

/// Whether the memory address or stride is no multiple of DIM.
std::string misalignedWires() {
  std::string text;
  for (const FieldRule& rule : fieldRules())
    if (rule.limit == Limit::MultipleOfDim)
      text += fmt::format("{}{}", text.empty() ? "" : " || ", wireName(rule));
  return text;
}

constexpr std::string_view kHead = R"sv(
// SPDX-License-Identifier: Apache-2.0
// What the next command is: its queue, and whether it keeps the rules of the command set.
//
// Contract: combinational. Without a command the outputs are those of a known one of queue 0 that
//   breaks no rule. bad_field_o: a field has a value that it may not have; stray_bits_o: a bit
//   is set that the opcode does not use, in four parts, since to ask for all takes long. bad_memory_o: a load, gather or store whose memory address or
//   stride is no multiple of Dim.
`default_nettype none

module command_check (
  input  logic         valid_i,
  input  logic [511:0] command_i,
  output logic [1:0]   queue_o,
  output logic         known_o,
  output logic         is_end_o,
  output logic         bad_field_o,
  output logic [3:0]   stray_bits_o,
  output logic         bad_memory_o
);
  localparam int unsigned DimWidth = $clog2(intformer_pkg::Dim);

  // Of a value from 1 on; 0 has none.
  function automatic logic is_ceil_log2(input logic [15:0] value, input logic [3:0] log);
    logic [15:0] below;
    below        = value - 16'd1;
    is_ceil_log2 = below >> log == '0 && (log == '0 || below >> (log - 4'd1) != '0);
  endfunction

  // The rules, and which of them the command breaks.
)sv";

constexpr std::string_view kCase = R"sv(
  always_comb begin
    queue_o     = 2'd0;
    known_o     = 1'b1;
    is_end_o    = 1'b0;
    bad_field_o = 1'b0;
    not_used    = '0;
    if (valid_i) begin
      unique case (command_i[intformer_pkg::OpcodeLsb +: intformer_pkg::OpcodeWidth])
)sv";

}  // namespace

EmittedFile emitCommandCheck() {
  std::string text(kHead.substr(1));
  text += checkWires();
  text += kCase;
  text += checkArms();
  text += "        default: known_o = 1'b0;\n      endcase\n    end\n  end\n" + strayParts();
  text += fmt::format(
      "  assign bad_memory_o = valid_i && known_o && !is_end_o &&\n"
      "                        ({}) &&\n"
      "                        (queue_o == 2'd{} || queue_o == 2'd{});\n\n",
      misalignedWires(), static_cast<unsigned>(Queue::Load), static_cast<unsigned>(Queue::Store));
  text += "  logic unused;\n  assign unused = ^command_i;\nendmodule\n\n`default_nettype wire\n";
  return {"control/command_check.sv", text};
}

}  // namespace intformer
