#include "gen/emit/command_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "gen/tables/rules.hpp"
#include "gen/writer.hpp"

namespace intformer {
namespace {

/// `command_i[pkg::RowsLsb+:pkg::RowsWidth]`
std::string slice(Field field) {
  return fmt::format("command_i[@p@_pkg::{0}Lsb+:@p@_pkg::{0}Width]",
                     upperCamel(fieldSpec(field).name));
}
/// Its lowest bits.
std::string low(Field field, std::string_view bits) {
  return fmt::format("command_i[@p@_pkg::{}Lsb+:{}]", upperCamel(fieldSpec(field).name), bits);
}

std::string wireName(const FieldRule& rule) {
  const std::string_view field = fieldSpec(rule.field).name;
  switch (rule.limit) {
    case Limit::AtLeast: return fmt::format("{}_below_{}", field, rule.value);
    case Limit::AtMost: return fmt::format("{}_above_{}", field, rule.value);
    case Limit::MultipleOf: return fmt::format("{}_off_{}", field, rule.value);
    case Limit::MultipleOfDim: return fmt::format("{}_off_dim", field);
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
    case Limit::MultipleOfDim: return low(rule.field, "DimW") + " != '0";
  }
  return {};
}

std::string broken(const RelationRule& rule) {
  const std::string first = slice(rule.first), second = slice(rule.second);
  switch (rule.relation) {
    case Relation::OneOf: return fmt::format("{} == {}", first, second);
    case Relation::AnyOf: return fmt::format("({} | {}) == '0", first, second);
    case Relation::CeilLog2: return fmt::format("5'({}) != ceil_log2({})", second, first);
  }
  return {};
}

std::string spareWires() {
  std::string text = fmt::format("  logic [{}:0] spare;  // unused bits that are set, by group\n",
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
    bad += fmt::format("{}{}", bad.empty() ? "" : " ||\n                      ", wire);
  };
  for (const FieldRule& rule : fieldRules())
    if (holdsFor(rule, spec)) add(wireName(rule));
  for (const RelationRule& rule : relationRules())
    if (rule.opcode == spec.opcode) add(wireName(rule));
  std::string mask;
  for (const SpareBits& group : spareBits()) mask += group.unusedBy[index] ? '1' : '0';
  std::ranges::reverse(mask);
  add(fmt::format("(spare & {}'b{}) != '0", spareBits().size(), mask));
  const std::string first =
      spec.queue ? fmt::format("queue     = 2'd{};", static_cast<unsigned>(*spec.queue))
                 : "is_end    = 1'b1;";
  return fmt::format("begin\n          {}\n          bad_field = {};\n        end\n", first, bad);
}

}  // namespace

std::string checkWires() {
  std::string names;
  std::string assigns;
  const auto add = [&](const auto& rule) {
    names += fmt::format("{}{}", names.empty() ? "" : ",\n                ", wireName(rule));
    assigns += fmt::format("  assign {} =\n      {};\n", wireName(rule), broken(rule));
  };
  for (const FieldRule& rule : fieldRules()) add(rule);
  for (const RelationRule& rule : relationRules()) add(rule);
  return fmt::format("  logic         {};\n", names) + assigns + spareWires();
}

std::string checkArms() {
  std::string text;
  std::string labels;
  for (std::size_t i = 0; i < opcodes().size(); ++i) {
    labels += fmt::format("{}@p@_pkg::Op{}", labels.empty() ? "        " : ",\n        ",
                          upperCamel(opcodes()[i].name));
    if (i + 1 < opcodes().size() && arm(i + 1) == arm(i)) continue;
    text += labels + ": " + arm(i);
    labels.clear();
  }
  return text;
}

std::string misalignedWires() {
  std::string text;
  for (const FieldRule& rule : fieldRules())
    if (rule.limit == Limit::MultipleOfDim)
      text += fmt::format("{}{}", text.empty() ? "" : " || ", wireName(rule));
  return text;
}

}  // namespace intformer
