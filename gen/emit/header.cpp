#include <fmt/format.h>

#include "gen/device.hpp"
#include "gen/emit/emit.hpp"
#include "gen/tables/commands.hpp"
#include "gen/tables/registers.hpp"
#include "gen/tables/sizes.hpp"
#include "gen/writer.hpp"
#include "sw/version/version.hpp"

namespace intformer {
namespace {

/// `#define <PREFIX>_<NAME> <value>  /* comment */` lines under a comment.
class Defines {
 public:
  Defines(std::string_view prefix, std::string_view title)
      : prefix_(upperSnake(prefix)), title_(title) {}

  void add(std::string_view name, std::string_view value, std::string_view comment = {}) {
    columns_.add(fmt::format("#define {}_{}", prefix_, upperSnake(name)), std::string(value),
                 comment.empty() ? "" : fmt::format("/* {} */", comment));
  }
  [[nodiscard]] std::string text() const {
    return fmt::format("\n/* {} */\n{}", title_, columns_.text());
  }

 private:
  std::string prefix_;
  std::string title_;
  Columns columns_;
};

std::string sizes(const Plan& plan) {
  Defines defines(plan.name, "Sizes.");
  for (const auto& size : sizeSpecs(plan))
    defines.add(size.name, std::to_string(size.value), size.doc);
  defines.add("family_pwl", plan.family == Family::Pwl ? "1" : "0", "nonlinear family");
  return defines.text();
}

std::string hex(uint64_t value) { return fmt::format("0x{:X}u", value); }

/// Offsets, groups, bits, errors and counters: the same in every device but for its windows and for
/// the counters that it has not.
std::string registers(std::string_view prefix, uint32_t windowCount, Counters level) {
  Defines offsets(prefix, "Registers: byte offsets.");
  for (const auto& reg : registerMap(windowCount, level))
    offsets.add("reg_" + reg.name, fmt::format("0x{:03X}u", reg.offset), reg.doc);
  Defines layout(prefix, "Repeated groups: window i and counter i.");
  layout.add("window_base", fmt::format("0x{:03X}u", kWindowBase));
  layout.add("max_windows", std::to_string(kMaxWindows), "of any device");
  layout.add("window_stride", fmt::format("0x{:03X}u", kWindowStride));
  layout.add("counter_base", fmt::format("0x{:03X}u", kCounterBase), "low half; high half at + 4");
  layout.add("counter_stride", "0x008u");
  Defines bits(prefix, "Register values and fields.");
  bits.add("device_id_value", hex(kDeviceId));
  bits.add("version_value", hex(kDeviceVersion));
  for (const auto& row : registerRows()) {
    for (const auto& field : row.fields) {
      if (field.name.empty()) continue;
      const std::string name = memberName(row, field);
      if (field.width == 1) {
        bits.add(name, hex(uint64_t{1} << field.lsb));
      } else {
        bits.add(name + "_lsb", std::to_string(field.lsb));
        bits.add(name + "_width", std::to_string(field.width));
      }
    }
  }
  bits.add("window_readable", hex(window::kReadable));
  bits.add("window_writable", hex(window::kWritable));
  Defines errors(prefix, "Values of error_code.");
  for (const auto& error : errorSpecs())
    errors.add("err_" + std::string(error.name),
               std::to_string(static_cast<unsigned>(error.code)), error.doc);
  Defines counters(prefix, "Counters: indexes.");
  const auto counted = countersOf(level);
  for (const uint32_t index : counted)
    counters.add("count_" + std::string(counterSpecs()[index].name), std::to_string(index),
                 counterSpecs()[index].doc);
  counters.add("counter_count", std::to_string(counted.size()));
  return offsets.text() + layout.text() + bits.text() + errors.text() + counters.text();
}

std::string hash(const Plan& plan) {
  Defines values(plan.name, "Hash of all sizes and the family.");
  values.add("config_hash_low_value", hex(configHash(plan) & 0xFFFFFFFF));
  values.add("config_hash_high_value", hex(configHash(plan) >> 32));
  return values.text();
}

/// Texts of the error codes, as an initializer.
std::string errorTexts() {
  std::string text = "\n/* Texts of error_code, in its order. */\n"
                     "#define INTFORMER_ERROR_TEXTS { \\\n";
  for (const auto& error : errorSpecs())
    text += fmt::format("  \"{}: {}\", \\\n", error.name, error.doc);
  return text + "}\n";
}

/// The last value of the field `counters` of a device that has the counter, as an initializer.
std::string counterLevels() {
  std::string text = "\n/* By counter: the last value of array_counters with which a device has it. */\n"
                     "#define INTFORMER_COUNTER_LEVELS {";
  for (const auto& counter : counterSpecs())
    text += fmt::format("{}{}", &counter == &counterSpecs().front() ? "" : ", ",
                        static_cast<unsigned>(counter.level));
  return text + "}\n";
}

std::string commands(const Plan& plan) {
  Defines codes(plan.name, "Opcodes.");
  for (const auto& spec : opcodes())
    codes.add("op_" + std::string(spec.name),
              fmt::format("0x{:02X}u", static_cast<unsigned>(spec.opcode)), spec.doc);
  Defines queues(plan.name, "Queues: bit numbers in wait and signal.");
  for (std::size_t q = 0; q < kQueueCount; ++q)
    queues.add("queue_" + std::string(queueName(static_cast<Queue>(q))), std::to_string(q));
  Defines fields(plan.name, "Command fields: lowest bit, counted from bit 0 of word 0, and width.");
  fields.add("command_bytes", std::to_string(kCommandBytes));
  for (const auto& field : commandFields()) {
    fields.add(fmt::format("{}_lsb", field.name), std::to_string(field.lsb), field.doc);
    fields.add(fmt::format("{}_width", field.name), std::to_string(field.width));
  }
  return codes.text() + queues.text() + fields.text();
}

}  // namespace

EmittedFile emitRuntimeHeader() {
  return {"intformer_registers.h",
          "#ifndef INTFORMER_REGISTERS_H\n#define INTFORMER_REGISTERS_H\n\n"
          "/* Generated by intformer " +
              std::string(version::programVersion()) +
              ": registers, codes and texts that are the same in every device. */\n" +
              registers("intformer", kMaxWindows, Counters::Full) + counterLevels() + errorTexts() +
              "\n#endif /* INTFORMER_REGISTERS_H */\n"};
}

std::vector<EmittedFile> emitHeader(const Plan& plan) {
  const std::string guard = upperSnake(plan.name) + "_REGS_H";
  const std::string text = fmt::format(
      "/* Generated by intformer {0} for the device {1}: registers, codes and command fields. */\n"
      "#ifndef {2}\n#define {2}\n{3}{4}{5}{6}\n#endif /* {2} */\n",
      version::programVersion(), deviceName(plan), guard, sizes(plan), hash(plan),
      registers(plan.name, plan.windowCount, plan.counters), commands(plan));
  return {{plan.name + "_regs.h", text}};
}

}  // namespace intformer
