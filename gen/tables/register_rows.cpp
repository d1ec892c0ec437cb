#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "gen/device.hpp"
#include "gen/plan.hpp"
#include "gen/tables/registers.hpp"

namespace intformer {
namespace {

/// A field of one bit, given by its mask.
RegisterField bit(Kind kind, std::string_view name, uint32_t mask, std::string doc) {
  return {kind, name, static_cast<uint32_t>(std::countr_zero(mask)), 1, std::move(doc)};
}

using Rows = std::vector<RegisterRow>;

Rows makeRows() {
  using enum Kind;
  return {
      {"device_id", 0x000,
       {{Constant, "", 0, 32, fmt::format("0x{:08X}", kDeviceId),
         [](const Plan&) -> uint64_t { return kDeviceId; }}}},
      {"version", 0x004,
       {{Constant, "", 0, 32, "version of this interface",
         [](const Plan&) -> uint64_t { return kDeviceVersion; }}}},
      {"array", 0x008,
       {{Constant, "dim", 0, 8, "DIM", [](const Plan& plan) -> uint64_t { return plan.dim; }},
        {Constant, "lanes", 8, 8, "vector lanes",
         [](const Plan& plan) -> uint64_t { return plan.lanes; }},
        {Constant, "bus_bytes", 16, 8, "bus bytes",
         [](const Plan& plan) -> uint64_t { return plan.busBytes; }},
        {Constant, "family_pwl", 24, 1, "nonlinear family: 0 ibert, 1 pwl",
         [](const Plan& plan) -> uint64_t { return plan.family == Family::Pwl ? 1 : 0; }},
        {Constant, "counters", 25, 2, "counters: 0 full, 1 basic, 2 none",
         [](const Plan& plan) -> uint64_t { return static_cast<uint64_t>(plan.counters); }}}},
      {"scratch_words", 0x00C,
       {{Constant, "", 0, 32, "scratchpad capacity in words of DIM bytes",
         [](const Plan& plan) -> uint64_t { return plan.scratchWords; }}}},
      {"acc_rows", 0x010,
       {{Constant, "", 0, 32, "accumulator capacity in rows of DIM int32",
         [](const Plan& plan) -> uint64_t { return plan.accRows; }}}},
      {"stat_rows", 0x014,
       {{Constant, "", 0, 32, "row statistics slots",
         [](const Plan& plan) -> uint64_t { return plan.statRows; }}}},
      {"config_hash", 0x018,
       {{Constant, "", 0, 64, "hash of all sizes and the family, as in this device's header",
         configHash}}},
      {"control", 0x020,
       {bit(Pulse, "start", control::kStart, "start"),
        bit(Pulse, "soft_reset", control::kSoftReset, "soft reset")}},
      {"status", 0x024,
       {bit(Reading, "busy", status::kBusy, "busy"), bit(Reading, "done", status::kDone, "done"),
        bit(Reading, "error", status::kError, "error"),
        bit(Flag, "interrupt", status::kInterrupt, "interrupt pending")}},
      {"interrupt_enable", 0x028, {{Held, "", 0, 1, "drive the interrupt pin"}}},
      {"interrupt_clear", 0x02C,
       {{Clear, "", 0, 1, "clear the pending interrupt", nullptr, "status_interrupt"}}},
      {"program_addr", 0x030,
       {{Held, "", 0, 64, "byte address of the first command, a multiple of 64"}}},
      {"program_commands", 0x038, {{Held, "", 0, 32, "commands in the program, `end` included"}}},
      {"error_code", 0x040, {{Reading, "", 0, 8, "what went wrong first"}}},
      {"error_command", 0x044, {{Reading, "", 0, 32, "index of the command that did"}}},
      {"error_addr", 0x048, {{Reading, "", 0, 64, "address that it used"}}},
  };
}

Rows makeWindowRows() {
  using enum Kind;
  return {
      {"base", 0x00, {{Held, "", 0, 64, "first byte of the window"}}},
      {"end", 0x08, {{Held, "", 0, 64, "first byte after it"}}},
      {"permissions", 0x10, {{Held, "", 0, 2, "1 readable, 2 writable, 3 both"}}},
  };
}

/// "[0] busy, [1] done"; the bits of a field that fills its register go without saying.
std::string docOf(const RegisterRow& row) {
  std::string text;
  for (const auto& field : row.fields) {
    if (!text.empty()) text += ", ";
    const uint32_t last = field.lsb + field.width - 1;
    if (field.width == 1)
      text += fmt::format("[{}] ", last);
    else if (field.width < 32)
      text += fmt::format("[{}:{}] ", last, field.lsb);
    text += field.doc;
  }
  return text;
}

void addWords(std::vector<RegisterSpec>& map, const RegisterRow& row, const std::string& prefix,
              uint32_t base) {
  const std::string name = prefix + std::string(row.name);
  const uint32_t offset = base + row.offset;
  const Access access = accessOf(row.fields.front().kind);
  uint64_t reset = 0;
  for (const auto& field : row.fields) reset |= field.reset << field.lsb;
  const auto low = static_cast<uint32_t>(reset);
  if (wordsOf(row) == 1) {
    map.push_back({name, offset, access, docOf(row), low});
    return;
  }
  map.push_back({name + "_low", offset, access, docOf(row), low});
  map.push_back({name + "_high", offset + 4, access, "its upper half",
                 static_cast<uint32_t>(reset >> 32)});
}

}  // namespace

std::span<const RegisterRow> registerRows() {
  static const Rows rows = makeRows();
  return rows;
}

std::span<const RegisterRow> windowRows() {
  static const Rows rows = makeWindowRows();
  return rows;
}

Access accessOf(Kind kind) {
  switch (kind) {
    case Kind::Held: return Access::ReadWrite;
    case Kind::Pulse:
    case Kind::Clear: return Access::WriteOnly;
    default: return Access::ReadOnly;
  }
}

uint32_t wordsOf(const RegisterRow& row) { return row.fields.front().width > 32 ? 2 : 1; }

std::string memberName(const RegisterRow& row, const RegisterField& field) {
  return field.name.empty() ? std::string(row.name) : fmt::format("{}_{}", row.name, field.name);
}

uint64_t constantOf(const RegisterRow& row, const Plan& plan) {
  uint64_t value = 0;
  for (const auto& field : row.fields) value |= field.value(plan) << field.lsb;
  return value;
}

bool isConstant(const RegisterRow& row) { return row.fields.front().kind == Kind::Constant; }

std::vector<RegisterSpec> registerMap(uint32_t windowCount, Counters counters) {
  std::vector<RegisterSpec> map;
  for (const auto& row : registerRows()) addWords(map, row, "", 0);
  for (uint32_t i = 0; i < windowCount; ++i)
    for (const auto& row : windowRows())
      addWords(map, row, fmt::format("window{}_", i), kWindowBase + i * kWindowStride);
  for (const uint32_t index : countersOf(counters)) {
    const CounterSpec& counter = counterSpecs()[index];
    addWords(map, {"", 0, {{Kind::Reading, "", 0, 64, std::string(counter.doc)}}},
             fmt::format("count_{}", counter.name), kCounterBase + 8 * index);
  }
  return map;
}

}  // namespace intformer
