#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "gen/tables/fields.hpp"

/// The command set, described once. Everything that must agree on it (SystemVerilog package, C
/// header, Markdown, compiler, emulator) is rendered from or reads these tables.
namespace intformer {

/// The four in-order queues. The number is the bit in a command's wait and signal masks.
enum class Queue : uint8_t { Load = 0, Matmul = 1, Vector = 2, Store = 3 };
inline constexpr std::size_t kQueueCount = 4;
inline constexpr uint32_t kMaxGatherRows = 64;    ///< rows that one gather picks
inline constexpr uint32_t kGatherStrideBytes = 64;  ///< its memory_stride is a multiple of this
/// Given by a queue to another and not yet taken; a power of two, so that no counter compares.
inline constexpr uint32_t kMaxQueueTokens = 65536;
inline constexpr std::size_t kCommandBytes = 4 * kCommandWords;

enum class Opcode : uint8_t {
  End = 0x01,
  Load = 0x10,
  Gather = 0x11,
  Matmul = 0x20,
  Requantize = 0x30,
  Residual = 0x31,
  Activation = 0x32,
  RowMax = 0x33,
  Exp = 0x34,
  RowNormalize = 0x35,
  LayerNorm = 0x36,
  RowScalarSoftmax = 0x38,
  RowScalarLayerNorm = 0x39,
  ActivationTable = 0x3b,
  Store = 0x40,
};

struct OpcodeSpec {
  Opcode opcode;
  std::string_view name;  ///< snake_case
  std::optional<Queue> queue;  ///< none: executed by the dispatcher itself
  std::span<const Field> fields;  ///< beyond the common header
  std::string_view doc;
};

std::span<const OpcodeSpec> opcodes();
const OpcodeSpec* findOpcode(Opcode opcode);  ///< nullptr: illegal
std::string_view queueName(Queue queue);
/// Bits of a command that the unit of a queue may look at: up to its highest field.
unsigned commandBits(Queue queue);

/// Bit f of mask [opcode]: the opcode has field f. The common header belongs to every opcode.
extern const std::array<uint64_t, 256> kFieldMasks;

/// One command as the device fetches it. Asking for a field that its opcode does not have is our
/// mistake: throws std::logic_error.
class Command {
 public:
  Command() = default;
  explicit Command(Opcode opcode) { words_[0] = static_cast<uint32_t>(opcode); }

  /// Value of a field, sign-extended where the field is signed.
  [[nodiscard]] int64_t get(Field field) const {
    if (!has(field)) refuse(field);
    return readField(words_, field);
  }
  /// Value of an unsigned field.
  [[nodiscard]] uint64_t at(Field field) const { return static_cast<uint64_t>(get(field)); }
  /// Whether a field is not 0.
  [[nodiscard]] bool flag(Field field) const { return get(field) != 0; }
  [[nodiscard]] bool has(Field field) const {
    return (kFieldMasks[words_[0] & 0xff] >> static_cast<unsigned>(field) & 1) != 0;
  }
  /// Sets a field. A value that does not fit is our mistake: throws std::logic_error naming it.
  Command& set(Field field, int64_t value) {
    if (!has(field)) refuse(field);
    if (!holds(field, value)) refuse(field, value);
    writeField(words_, field, value);
    return *this;
  }

  [[nodiscard]] Opcode opcode() const { return static_cast<Opcode>(words_[0] & 0xff); }
  [[nodiscard]] bool waitsFor(Queue q) const;
  [[nodiscard]] bool signals(Queue q) const;
  Command& addWait(Queue q);
  Command& addSignal(Queue q);

  [[nodiscard]] const CommandWords& words() const { return words_; }
  CommandWords& words() { return words_; }
  bool operator==(const Command&) const = default;

 private:
  [[noreturn]] void refuse(Field field) const;
  [[noreturn]] static void refuse(Field field, int64_t value);

  CommandWords words_{};
};

/// The queues that a command waits for, and those that it signals: "load+matmul", or empty.
std::string waitsText(const Command& command);
std::string signalsText(const Command& command);

}  // namespace intformer
