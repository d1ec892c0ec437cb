#include "gen/emit/register_arms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "gen/emit/register_types.hpp"
#include "gen/tables/registers.hpp"
#include "gen/writer.hpp"

namespace intformer {
namespace {

/// A statement beside its head, or several in a block below it.
std::string block(const std::string& indent, const std::string& head,
                  const std::vector<std::string>& statements) {
  if (statements.size() == 1) return fmt::format("{}{} {}\n", indent, head, statements.front());
  std::string text = fmt::format("{}{} begin\n", indent, head);
  for (const auto& statement : statements) text += fmt::format("{}  {}\n", indent, statement);
  return text + indent + "end\n";
}

/// "" for a whole word, else "[0]", "[7:0]"
std::string bits(const RegisterField& field) {
  if (field.width >= 32) return "";
  if (field.width == 1) return fmt::format("[{}]", field.lsb);
  return fmt::format("[{}:{}]", field.lsb + field.width - 1, field.lsb);
}

/// Takes the byte at bit b of what is written: into a whole word of a member, or, into a field
/// within that byte. `place` is the bit of the member at which the word begins, or empty for 0.
std::string takeByte(const RegisterField& field, const std::string& member, std::string_view place) {
  if (field.width >= 32)
    return fmt::format("settings_o.{}[{}{}b +: 8] <= data[b +: 8];", member, place,
                       place.empty() ? "" : "+");
  const uint32_t byte = field.lsb / 8;
  if (byte != (field.lsb + field.width - 1) / 8)
    throw std::logic_error("a field that can be set lies in two bytes");
  const std::string part =
      place.empty() ? "" : fmt::format("[{} +: {}]", place, field.width);
  return fmt::format("if (b == {}) settings_o.{}{} <= data{};", 8 * byte, member, part,
                     bits(field));
}

/// The part of a member that one word of its register shows: all of it, or a half.
std::string half(const RegisterField& field, uint32_t word) {
  if (field.width <= 32) return "";
  return word == 0 ? "[31:0]" : "[63:32]";
}

/// The same of window w.
std::string windowPart(const RegisterField& field, uint32_t word) {
  const uint32_t width = std::min(field.width, 32U);
  return word == 0 ? fmt::format("[w*{} +: {}]", field.width, width)
                   : fmt::format("[w*{}+32 +: {}]", field.width, width);
}

std::string wordName(const RegisterRow& row, uint32_t word) {
  std::string name = upperCamel(row.name);
  if (wordsOf(row) == 1) return name;
  return name + (word == 0 ? "Low" : "High");
}

/// What a read of the word gives, and that it may be written.
std::vector<std::string> readArm(const RegisterRow& row, uint32_t word) {
  if (isConstant(row))
    return {fmt::format("read_data = intformer_pkg::{}Value;", wordName(row, word))};
  std::vector<std::string> statements;
  bool writable = false;
  for (const auto& field : row.fields) {
    const std::string member = memberName(row, field);
    const std::string target = "read_data" + bits(field);
    if (field.kind == Kind::Reading)
      statements.push_back(fmt::format("{} = readings_i.{}{};", target, member, half(field, word)));
    else if (field.kind == Kind::Flag)
      statements.push_back(fmt::format("{} = {}_q;", target, member));
    else if (field.kind == Kind::Held)
      statements.push_back(fmt::format("{} = settings_o.{}{};", target, member, half(field, word)));
    writable |= field.kind != Kind::Reading && field.kind != Kind::Flag;
  }
  if (writable) statements.push_back("writable = 1'b1;");
  return statements;
}

std::string readWindows() {
  std::string text;
  for (const auto& row : windowRows())
    for (uint32_t word = 0; word < wordsOf(row); ++word)
      text += fmt::format("              3'd{}: read_data{} = settings_o.windows.{}{};\n",
                          row.offset / 4 + word, bits(row.fields.front()), windowMember(row),
                          windowPart(row.fields.front(), word));
  return text;
}

std::string reads() {
  std::string arms;
  for (const auto& row : registerRows())
    for (uint32_t word = 0; word < wordsOf(row); ++word)
      arms += block("          ", fmt::format("intformer_pkg::Reg{}:", wordName(row, word)),
                    readArm(row, word));
  return fmt::format(R"sv(
  always_comb begin
    read_data = '0;
    known     = 1'b1;
    writable  = 1'b0;
    if (access) begin
      if (in_windows) begin
        writable = 1'b1;
        for (int unsigned w = 0; w < WindowCount; w++) begin
          if (window_offset[11:WindowWidth] == (12 - WindowWidth)'(w)) begin
            unique case (window_word)
{}              default: begin
                known    = 1'b0;
                writable = 1'b0;
              end
            endcase
          end
        end
      end else if (!in_counters) begin
        unique case (address)
{}          default: known = 1'b0;
        endcase
      end
    end
  end
)sv",
                     readWindows(), arms);
}

std::string writeWindows() {
  std::string text;
  for (const auto& row : windowRows()) {
    const RegisterField& field = row.fields.front();
    for (uint32_t word = 0; word < wordsOf(row); ++word)
      text += fmt::format("                3'd{}: {}\n", row.offset / 4 + word,
                          takeByte(field, "windows." + windowMember(row),
                                   fmt::format("w*{}{}", field.width, word == 0 ? "" : "+32")));
  }
  return text;
}

std::string writes() {
  Columns resets;
  std::string arms;
  const auto addReset = [&](const std::string& member, const RegisterField& field) {
    const std::string value =
        field.reset == 0 ? "'0" : fmt::format("{}'h{:X}", field.width, field.reset);
    resets.add("settings_o." + member, fmt::format("<= {};", value));
  };
  for (const auto& row : registerRows()) {
    for (uint32_t word = 0; word < wordsOf(row); ++word) {
      std::vector<std::string> statements;
      for (const auto& field : row.fields) {
        if (field.kind != Kind::Held) continue;
        const std::string member = memberName(row, field);
        if (word == 0) addReset(member, field);
        statements.push_back(takeByte(field, member, word == 0 ? "" : "32"));
      }
      if (!statements.empty())
        arms += block("            ", fmt::format("intformer_pkg::Reg{}:", wordName(row, word)),
                      statements);
    }
  }
  for (const auto& row : windowRows())
    addReset("windows." + windowMember(row), row.fields.front());
  return fmt::format(R"sv(
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
{}    end else begin
      for (int unsigned b = 0; b < 32; b += 8) begin
        if (wrote[b/8] && in_windows) begin
          for (int unsigned w = 0; w < WindowCount; w++) begin
            if (window_offset[11:WindowWidth] == (12 - WindowWidth)'(w)) begin
              unique case (window_word)
{}                default: ;
              endcase
            end
          end
        end
        if (wrote[b/8] && !in_windows) begin
          unique case (address)
{}            default: ;
          endcase
        end
      end
    end
  end
)sv",
                     resets.text("      "), writeWindows(), arms);
}

/// `address == ...` and a one among what is written to the field.
std::string wroteOne(const RegisterRow& row, const RegisterField& field) {
  return fmt::format("wrote[{}] && address == intformer_pkg::Reg{} && data{}", field.lsb / 8,
                     wordName(row, 0), bits(field));
}

std::string pulses() {
  Columns resets;
  Columns sets;
  for (const auto& row : registerRows())
    for (const auto& field : row.fields)
      if (field.kind == Kind::Pulse) {
        const std::string member = "pulses_o." + memberName(row, field);
        resets.add(member, "<= 1'b0;");
        sets.add(member, fmt::format("<= {};", wroteOne(row, field)));
      }
  return fmt::format(R"sv(
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
{}    end else begin
{}    end
  end
)sv",
                     resets.text("      "), sets.text("      "));
}

std::string flags() {
  std::string text;
  for (const auto& row : registerRows())
    for (const auto& field : row.fields)
      if (field.kind == Kind::Clear)
        text += fmt::format(R"sv(
  always_ff @(posedge clk_i) begin
    if (!rst_ni || !core_rst_ni) {0}_q <= 1'b0;
    else if (readings_i.{0}) {0}_q <= 1'b1;
    else if ({1}) begin
      {0}_q <= 1'b0;
    end
  end
)sv",
                            field.clears, wroteOne(row, field));
  return text;
}

std::string flagNames() {
  std::string text = "\n";
  for (const auto& row : registerRows())
    for (const auto& field : row.fields)
      if (field.kind == Kind::Flag) text += fmt::format("  logic {}_q;\n", memberName(row, field));
  return text;
}

}  // namespace

std::string registerArms() { return flagNames() + reads() + writes() + pulses() + flags(); }

}  // namespace intformer
