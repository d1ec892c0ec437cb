#include <fmt/format.h>

#include "gen/device.hpp"
#include "gen/emit/emit.hpp"
#include "gen/emit/operand_table.hpp"
#include "gen/tables/commands.hpp"
#include "gen/tables/registers.hpp"
#include "gen/tables/rules.hpp"
#include "gen/tables/sizes.hpp"
#include "sw/version/version.hpp"

namespace intformer {
namespace {

constexpr std::string_view kCommandsIntro = R"(
A command is 64 bytes: 16 little-endian 32-bit words. Bits that an opcode does not list must be 0.
*Words* are scratchpad words of DIM bytes, *accumulator rows* have DIM int32. A value that the
column *legal* rules out, a bit that must be 0, and a command that waits for its own queue or signals
it are refused as `illegal_field` before the command is queued. Every command but `end`, whose wait
and signal are 0, begins with the fields below. At most {} tokens of a queue may wait in another; a
command whose end gives one more is refused as `illegal_field`, too.

Behind the fields of an opcode stand its operands: blocks of rows, a row being some neighbouring
units of its space. Rows of a block follow each other, and so do blocks where nothing is said.
)";

constexpr std::string_view kConstants = R"(
### Per-channel constants
`const_addr` names byte planes: word b of a panel's record holds byte b of every channel's record,
and the records of the panels follow each other.

| bytes | meaning | requantize | residual | activation | layer_norm |
|---|---|---|---|---|---|
| 0..3 | int32 | bias | bias | bias | offset B |
| 4..5 | first multiplier | M | M1 | M1 | gain G (int16) |
| 6 | first shift | s | s1 | s1 | - |
| 7 | int8 | zero point z | - | zero point z | - |
| 8..9 | second multiplier | - | M2 | M2 | - |
| 10 | second shift | - | s2 | s2 | - |
)";

constexpr std::string_view kRegistersIntro = R"(
An AXI4-Lite slave with 12 address bits and 32-bit registers. Access outside of this table answers
SLVERR.

| offset | register | access | after reset | meaning |
|---|---|---|---|---|
)";

constexpr std::string_view kDuringARun = R"(
### While a program runs
A register may be written at any time.

| register | a write while the device is busy |
|---|---|
| `control` | start is ignored, also after an error; a soft reset is always taken |
| `program_addr`, `program_commands` | for the next run: a start takes both |
| `window*` | holds for every burst that is requested from then on; a window that is written in halves passes through what they make together, so take its permissions away first |
| `interrupt_enable`, `interrupt_clear` | at once |

Bursts may be answered as late as the bus likes, those of a load before those of a fetch that was asked earlier and
the other way round; those of one id in order. Error responses, SLVERR and DECERR alike, stop the device. A bus that
never answers keeps it busy: a soft reset waits for the same bursts, so only `rst_ni` helps, with a reset of the bus.
)";

constexpr std::string_view kErrorOrder = R"(
A run stops with one error, which names the command at fault. A program with one faulty command always
gives the same, and the emulator gives it too. Of several faults the first is reported:

- Of the commands of one queue, the first in the program. Of different queues, that which is met first in time.
- What cannot be fetched counts when all commands before it have been queued, and not at all behind an `end`.
  Bursts of the fetch begin at the program's first byte and at multiples of their length; the command named is
  the first that lies in the burst.
- Of one command: opcode, fields, `end` missing behind it; then, when it is its turn, its tokens; then the
  unit's work in its order.
- Load, store: word by word. Bursts begin at the first byte of a chunk and at multiples of `max_burst_beats` *
  `bus_bytes`; one that does not lie in one window whole is refused whole, before its words are looked at.
  Gather: its list; then row by row the number, then the row's words.
- Matmul: tile by tile, columns outer, depth inner: the words of B, then row by row A and C.
- Vector: statistics slots; then panel by panel the constants, then row by row the accumulator's row, the words
  read, the words written (8 bits, then 16).
- An error response counts when it arrives.

Work before the fault is done, work behind it may be done in part. Nothing is requested or written outside of the
windows, scratchpad and accumulator.
)";

std::string_view accessName(Access access) {
  switch (access) {
    case Access::ReadOnly: return "read";
    case Access::ReadWrite: return "read, write";
    case Access::WriteOnly: return "write";
  }
  return "";
}

/// Values that a field may take, where not all are legal.
std::string legalValues(Field field, const OpcodeSpec* opcode) {
  std::string text;
  const auto add = [&](const std::string& rule) {
    text += fmt::format("{}{}", text.empty() ? "" : ", ", rule);
  };
  if (opcode == nullptr) return field == Field::Opcode ? "as below" : "not the own queue";
  for (const FieldRule& rule : fieldRules())
    if (rule.field == field && holdsFor(rule, *opcode)) add(ruleText(rule));
  for (const RelationRule& rule : relationRules())
    if (rule.opcode == opcode->opcode && rule.second == field) add(ruleText(rule));
  return text;
}

/// `opcode`: none for the common header.
std::string fieldTable(std::span<const Field> fields, const OpcodeSpec* opcode) {
  std::string text = "\n| field | word | bits | meaning | legal |\n|---|---|---|---|---|\n";
  for (const Field field : fields) {
    const FieldSpec& spec = fieldSpec(field);
    const unsigned word = spec.lsb / 32;
    const unsigned low = spec.lsb % 32;
    const unsigned high = low + spec.width - 1;
    text += fmt::format("| `{}` | {} | {} | {}{} | {} |\n", spec.name, word,
                        high == low ? std::to_string(low) : fmt::format("{}:{}", high, low),
                        spec.doc, spec.isSigned ? " (signed)" : "", legalValues(field, opcode));
  }
  return text;
}

std::string sizes(const Plan& plan) {
  std::string text = fmt::format("\n| size | {} | meaning |\n|---|---|---|\n", plan.name);
  for (const auto& size : sizeSpecs(plan))
    text += fmt::format("| `{}` | {} | {} |\n", size.name, size.value, size.doc);
  return text + fmt::format("| `family` | {} | approximation of GELU and 2^-x |\n\n"
                            "The hash of all of them, by which a host tells devices apart, is {}.\n",
                            familyName(plan.family), configHashText(plan));
}

std::string commands() {
  constexpr std::array header = {Field::Opcode, Field::Wait, Field::Signal};
  std::string text = fmt::format(kCommandsIntro, kMaxQueueTokens) + fieldTable(header, nullptr);
  for (const auto& spec : opcodes()) {
    const std::string queue =
        spec.queue ? fmt::format("queue {}", queueName(*spec.queue)) : "executed by the dispatcher";
    text += fmt::format("\n### `{}` 0x{:02X}, {}\n{}\n", spec.name,
                        static_cast<unsigned>(spec.opcode), queue, spec.doc);
    if (!spec.fields.empty()) text += fieldTable(spec.fields, &spec);
    text += operandTable(spec.opcode);
  }
  return text + std::string(kConstants);
}

std::string registers(const Plan& plan) {
  std::string text(kRegistersIntro);
  for (const auto& reg : registerMap(plan.windowCount, plan.counters))
    text += fmt::format("| 0x{:03X} | `{}` | {} | {} | {} |\n", reg.offset, reg.name,
                        accessName(reg.access),
                        reg.access == Access::ReadWrite ? fmt::format("{:#x}", reg.reset) : "",
                        reg.doc);
  std::string missing;
  for (const auto& counter : counterSpecs())
    if (!counter.isIn(plan.counters))
      missing += fmt::format("{}`{}`", missing.empty() ? "" : ", ", counter.name);
  if (!missing.empty())
    text += fmt::format("\nIs {}: {}.\n", notCounted(plan.counters), missing);
  text += kDuringARun;
  text += "\n### Error codes\n\n| code | name | meaning | address |\n|---|---|---|---|\n";
  for (const auto& error : errorSpecs())
    text += fmt::format("| {} | `{}` | {} | {} |\n", static_cast<unsigned>(error.code), error.name,
                        error.doc, error.address);
  return text + std::string(kErrorOrder);
}

}  // namespace

std::vector<EmittedFile> emitMarkdown(const Plan& plan) {
  const std::string text = fmt::format(
      "# 4. Commands and registers\n\n"
      "Generated by intformer {} from the tables that hardware and compiler are made of, for the\n"
      "device {}.\n\n## 4.1 Sizes\n{}\n## 4.2 Commands\n{}\n## 4.3 Registers\n{}",
      version::programVersion(), deviceName(plan), sizes(plan), commands(), registers(plan));
  return {{plan.name + "_commands.md", text}};
}

}  // namespace intformer
