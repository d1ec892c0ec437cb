#include "gen/emit/rdl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "gen/tables/registers.hpp"

namespace intformer {
namespace {

/// What software and hardware do with a field.
std::string_view properties(Kind kind) {
  switch (kind) {
    case Kind::Constant: return "sw = r; hw = na;";
    case Kind::Reading:
    case Kind::Flag: return "sw = r; hw = w;";
    case Kind::Held: return "sw = rw; hw = r;";
    case Kind::Pulse:
    case Kind::Clear: return "sw = w; hw = r; singlepulse;";
  }
  return "";
}

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

/// " = 0x10" for what has a value from reset on.
std::string resetOf(const RegisterField& field, uint32_t word, const Plan& plan) {
  uint64_t value = field.reset;
  if (field.kind == Kind::Constant) value = field.value(plan);
  if (field.kind == Kind::Reading || field.kind == Kind::Flag) return {};
  return fmt::format(" = 0x{:X}", value >> (32 * word) & 0xFFFFFFFF);
}

/// One word of a register, `name @ offset`.
std::string wordOf(const RegisterRow& row, uint32_t word, std::string_view indent,
                   const Plan& plan) {
  std::string text = fmt::format("{}reg {{\n", indent);
  for (const auto& field : row.fields)
    text += fmt::format("{}  field {{ {} desc = {}; }} {}[{}:{}]{};\n", indent,
                        properties(field.kind), quoted(word == 0 ? field.doc : "its upper half"),
                        field.name.empty() ? "value" : field.name,
                        field.lsb + std::min(field.width, 32U) - 1, field.lsb,
                        resetOf(field, word, plan));
  const std::string_view half = wordsOf(row) == 1 ? "" : word == 0 ? "_low" : "_high";
  return text + fmt::format("{}}} {}{} @ 0x{:03X};\n", indent, row.name, half,
                            row.offset + 4 * word);
}

std::string registerOf(const RegisterRow& row, std::string_view indent, const Plan& plan) {
  std::string text;
  for (uint32_t word = 0; word < wordsOf(row); ++word) text += wordOf(row, word, indent, plan);
  return text;
}

}  // namespace

std::string registerRdl(const Plan& plan) {
  std::string text;
  for (const auto& row : registerRows()) text += registerOf(row, "  ", plan);
  text += "  regfile {\n";
  for (const auto& row : windowRows()) text += registerOf(row, "    ", plan);
  text += fmt::format("  }} window[{}] @ 0x{:03X} += 0x{:X};\n", plan.windowCount, kWindowBase,
                      kWindowStride);
  for (const uint32_t index : countersOf(plan.counters)) {
    const CounterSpec& counter = counterSpecs()[index];
    const std::string name = fmt::format("count_{}", counter.name);
    text += registerOf({name, kCounterBase + 8 * index,
                        {{Kind::Reading, "", 0, 64, std::string(counter.doc)}}},
                       "  ", plan);
  }
  return text;
}

}  // namespace intformer
