#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "gen/device.hpp"
#include "gen/emit/command_types.hpp"
#include "gen/emit/emit.hpp"
#include "gen/emit/packed_struct.hpp"
#include "gen/emit/register_types.hpp"
#include "gen/emit/vector_decode.hpp"
#include "gen/tables/commands.hpp"
#include "gen/tables/registers.hpp"
#include "gen/tables/sizes.hpp"
#include "gen/writer.hpp"
#include "sw/numerics/numerics.hpp"

namespace intformer {
namespace {

/// One group of `localparam <type> <Name> = <value>;` lines under a comment.
class Group {
 public:
  Group(std::string_view title, std::string type)
      : title_(title), type_(std::move(type)) {}

  Group& add(std::string_view name, std::string_view value, std::string_view comment = {}) {
    columns_.add(fmt::format("localparam {} {}", type_, name), fmt::format("= {};", value),
                 comment.empty() ? "" : fmt::format("// {}", comment));
    return *this;
  }
  Group& add(std::string_view name, uint64_t value, std::string_view comment = {}) {
    return add(name, std::to_string(value), comment);
  }
  [[nodiscard]] std::string text() const {
    return fmt::format("\n  // {}\n{}", title_, columns_.text("  "));
  }

 private:
  std::string title_;
  std::string type_;
  Columns columns_;
};

std::string sizes(const Plan& plan) {
  Group group("Sizes.", "int unsigned");
  for (const auto& size : sizeSpecs(plan)) group.add(upperCamel(size.name), size.value, size.doc);
  Group latencies("Cycles between two points, and the buffers that cover them.", "int unsigned");
  for (const auto& spec : latencySpecs(plan))
    latencies.add(upperCamel(spec.name), spec.value, spec.doc);
  Group family("Nonlinear family: 1 piecewise linear, 0 the I-BERT polynomials.", "bit");
  family.add("FamilyPwl", plan.family == Family::Pwl ? "1'b1" : "1'b0");
  Group tables("Activations: 1 also from tables, 0 GELU alone.", "bit");
  tables.add("Tables", plan.activations == Activations::Table ? "1'b1" : "1'b0");
  return group.text() + latencies.text() + family.text() + tables.text();
}

/// `  localparam logic [..] Name = {12'd5, ...};`, entry 0 lowest, eight to a line.
template <typename T, std::size_t Count>
std::string table(std::string_view name, const std::array<T, Count>& values, unsigned width) {
  std::string text = fmt::format("  localparam logic [{}:0] {} = {{", Count * width - 1, name);
  for (std::size_t i = 0; i < Count; ++i) {
    if (i % 8 == 0) text += "\n    ";
    const int64_t value = values[Count - 1 - i];
    text += fmt::format("{}{}'{}d{}", value < 0 ? "-" : "", width, value < 0 ? "s" : "",
                        value < 0 ? -value : value);
    if (i + 1 < Count) text += i % 8 == 7 ? "," : ", ";
  }
  return text + "\n  };\n";
}

/// What the nonlinear functions compute with, of both families.
std::string coefficients() {
  Group ibert("Polynomials of the family ibert.", "int unsigned");
  ibert.add("GeluIbertReach", GeluIbert::kReach)
      .add("GeluIbertFactor", GeluIbert::kFactor)
      .add("GeluIbertShift", GeluIbert::kShift)
      .add("ExpIbertCenter", ExpIbert::kCenter)
      .add("ExpIbertFactor", ExpIbert::kFactor)
      .add("ExpIbertShift", ExpIbert::kShift)
      .add("ExpIbertOffset", ExpIbert::kOffset);
  return ibert.text() +
         "\n  // Straight lines of the family pwl: 32 segments of 128 for GELU, 16 segments of 16 "
         "for 2^-x.\n" +
         table("GeluPwlOffset", GeluPwl::kA, 12) + table("GeluPwlSlope", GeluPwl::kB, 12) +
         table("ExpPwlOffset", ExpPwl::kA, 16) + table("ExpPwlSlope", ExpPwl::kB, 12);
}

/// What travels with a valid on the channels of the AXI4 port, without what never changes.
std::string axiTypes() {
  PackedStruct request("A burst as it is requested.", "axi_request_t");
  request.add("logic [AddressBits-1:0]", "addr");
  request.add(8, "length");
  PackedStruct read("A beat that is read.", "axi_read_t");
  read.add(1, "last");
  read.add(2, "resp");
  read.add("logic [BusBytes*8-1:0]", "data");
  PackedStruct write("A beat that is written.", "axi_write_t");
  write.add(1, "last");
  write.add("logic [BusBytes-1:0]", "strobe");
  write.add("logic [BusBytes*8-1:0]", "data");
  return request.text() + read.text() + write.text();
}

/// Addresses behind the last byte of a range, and windows without what no address can reach.
std::string reachTypes() {
  PackedStruct limits("The address windows as bursts are checked against them; each member of the "
                      "first one in its lowest\n  // bits. What no address reaches has no permission.",
                      "window_limits_t");
  limits.add("logic [WindowCount*2-1:0]", "permissions");
  limits.add("logic [WindowCount*EndBits-1:0]", "end_field");
  limits.add("logic [WindowCount*AddressBits-1:0]", "base");
  return "\n  // Bits of an address that may lie one behind the last byte.\n"
         "  localparam int unsigned EndBits = AddressBits < 64 ? AddressBits + 1 : 64;\n" +
         limits.text();
}

std::string commands(const Plan& plan) {
  Group codes("Opcodes.", "logic [7:0]");
  for (const auto& spec : opcodes())
    codes.add("Op" + upperCamel(spec.name),
              fmt::format("8'h{:02X}", static_cast<unsigned>(spec.opcode)));
  Group queues("Queues: bit numbers in the wait and signal masks.", "int unsigned");
  for (std::size_t q = 0; q < kQueueCount; ++q)
    queues.add("Queue" + upperCamel(queueName(static_cast<Queue>(q))), q);
  queues.add("QueueCount", kQueueCount)
      .add("MaxQueueTokens", kMaxQueueTokens, "given by a queue to another and not yet taken");
  Group fields("Command fields: bits [Lsb +: Width] of the command.", "int unsigned");
  fields.add("CommandBits", kCommandBytes * 8);
  for (const auto& field : commandFields()) {
    fields.add(upperCamel(field.name) + "Lsb", field.lsb);
    fields.add(upperCamel(field.name) + "Width", field.width);
  }
  return codes.text() + queues.text() + fields.text() + commandTypes() +
         vectorOpTypes(plan) +
         outcomeTypes();
}

std::string registers(const Plan& plan) {
  Group offsets("Registers: byte offsets on the AXI4-Lite port.", "logic [11:0]");
  for (const auto& reg : registerMap(plan.windowCount, plan.counters))
    offsets.add("Reg" + upperCamel(reg.name), fmt::format("12'h{:03X}", reg.offset));
  offsets.add("WindowBase", fmt::format("12'h{:03X}", kWindowBase), "window 0; others follow")
      .add("WindowStride", fmt::format("12'h{:03X}", kWindowStride))
      .add("CounterBase", fmt::format("12'h{:03X}", kCounterBase), "counter 0, low half");
  Group values("Values of the constant registers.", "logic [31:0]");
  for (const auto& row : registerRows()) {
    if (!isConstant(row)) continue;
    const uint64_t value = constantOf(row, plan);
    const auto add = [&](std::string_view half, uint64_t word) {
      values.add(upperCamel(row.name) + std::string(half) + "Value",
                 fmt::format("32'h{:08X}", word));
    };
    add(wordsOf(row) == 2 ? "Low" : "", value & 0xFFFFFFFF);
    if (wordsOf(row) == 2) add("High", value >> 32);
  }
  Group errors("Error codes.", "logic [7:0]");
  for (const auto& error : errorSpecs())
    errors.add("Err" + upperCamel(error.name),
               fmt::format("8'd{}", static_cast<unsigned>(error.code)), error.doc);
  Group counters("Counters: indexes.", "int unsigned");
  const auto counted = countersOf(plan.counters);
  for (const uint32_t index : counted) {
    const CounterSpec& counter = counterSpecs()[index];
    counters.add("Count" + upperCamel(counter.name), index, counter.doc);
  }
  counters
      .add("EventCount",
           std::ranges::count_if(counted, [](auto index) { return index < eventCounterCount(); }),
           "counters of events; the others follow them")
      .add("CounterCount", counted.size());
  Group causes("What a unit does in a cycle: its first counter, their number, and each one's code.",
               "int unsigned");
  for (const auto& activity : activitySpecs()) {
    const std::string unit = upperCamel(activity.unit);
    causes.add("First" + unit, activity.first).add("Causes" + unit, activity.count);
    for (uint32_t i = 0; i < activity.count; ++i)
      causes.add("Is" + upperCamel(counterSpecs()[activity.first + i].name), i);
  }
  return offsets.text() + values.text() + registerTypes() + errors.text() + counters.text() +
         causes.text();
}

std::string part(std::string_view title) { return fmt::format("\n  // ==== {}\n", title); }

}  // namespace

EmittedFile emitPackage(const Plan& plan) {
  const std::string text =
      "// SPDX-License-Identifier: Apache-2.0\n"
      "// Device " + deviceName(plan) + ", config hash " + configHashText(plan) + ".\n"
      "//\n"
      "// Every size, command field, register and code of the device. Modules use what they need\n"
      "// of it, which is why unused names are no fault here.\n"
      "`default_nettype none\n"
      "\n"
      "// verilator lint_off UNUSEDPARAM\n"
      "package intformer_pkg;" +
      part("What the config decides.") + sizes(plan) + coefficients() + axiTypes() + reachTypes() +
      part("The command set and the registers.") + commands(plan) + registers(plan) +
      "endpackage\n"
      "// verilator lint_on UNUSEDPARAM\n"
      "\n"
      "`default_nettype wire\n";
  return {"intformer_pkg.sv", text};
}

}  // namespace intformer
