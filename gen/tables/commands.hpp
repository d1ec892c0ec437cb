#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// The command set, described once. Everything that must agree on it (SystemVerilog package, C
/// header, Markdown, compiler, emulator) is rendered from or reads these tables.
namespace intformer {

/// The four in-order queues. The number is the bit in a command's wait and signal masks.
enum class Queue : uint8_t { Load = 0, Matmul = 1, Vector = 2, Store = 3 };
inline constexpr std::size_t kQueueCount = 4;
inline constexpr std::size_t kCommandWords = 16;  ///< 32-bit words in a command
inline constexpr uint32_t kMaxGatherRows = 64;    ///< rows that one gather picks
inline constexpr uint32_t kGatherStrideBytes = 64;  ///< its memory_stride is a multiple of this
inline constexpr uint32_t kMaxQueueTokens = 65535;  ///< given by a queue to another and not yet taken
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
  Store = 0x40,
};

enum class Field : uint8_t {
  // every command
  Opcode, Wait, Signal,
  // load, store
  ScratchAddr, MemoryAddr, ChunkWords, Chunks, ScratchStride, MemoryStride,
  // gather, beside those of load
  IndexAddr, IndexLimit, WordStride,
  // matmul
  AAddr, AStride, BAddr, BStride, CAddr, CStride, MatmulRows, Depth, Cols,
  AUnsigned, BTransposed, Accumulate,
  // vector
  AccAddr, AccStride, InAddr, InStride, OutAddr, OutStride, Out16Addr, Out16Stride, ConstAddr,
  Rows, Panels, StatRow, RowPosition, ColumnPosition,
  In16, Out8, Out16, StatsInit, Stats, Dither, LowMoves, HighMoves, Function,
  Multiplier, Shift, ValidLow, ValidHigh,
  // row scalar (shares Rows, StatRow, Multiplier, Shift)
  MeanFactor, Epsilon, Width, WidthLog,
  Count
};

/// Where a field lies: bits [lsb, lsb + width) counted from bit 0 of word 0, little endian.
struct FieldSpec {
  Field field;
  std::string_view name;  ///< snake_case, used in SystemVerilog, C and Markdown
  uint16_t lsb;           ///< absolute bit position in the 512-bit command
  uint8_t width;
  bool isSigned;
  std::string_view doc;
};

struct OpcodeSpec {
  Opcode opcode;
  std::string_view name;  ///< snake_case
  std::optional<Queue> queue;  ///< none: executed by the dispatcher itself
  std::span<const Field> fields;  ///< beyond the common header
  std::string_view doc;
};

/// Bytes of the per-channel constant record that an opcode reads: 0 when it reads none.
/// Constants lie in the scratchpad as byte planes: word b of a panel's record holds byte b of
/// every channel's record. Byte 0..3 bias or offset B (int32), 4..5 first multiplier M or gain G,
/// 6 first shift, 7 zero point (int8), 8..9 second multiplier, 10 second shift.
uint32_t constantBytes(Opcode opcode);

std::span<const FieldSpec> commandFields();  ///< indexed by Field
std::span<const OpcodeSpec> opcodes();
const FieldSpec& fieldSpec(Field field);
const OpcodeSpec* findOpcode(uint8_t opcode);  ///< nullptr: illegal
std::string_view queueName(Queue queue);

/// One command as the device fetches it.
class Command {
 public:
  Command() = default;
  explicit Command(Opcode opcode) { set(Field::Opcode, static_cast<int64_t>(opcode)); }

  /// Value of a field, sign-extended where the field is signed.
  [[nodiscard]] int64_t get(Field field) const;
  /// Sets a field. A value that does not fit is our mistake: throws std::logic_error naming it.
  Command& set(Field field, int64_t value);

  [[nodiscard]] Opcode opcode() const { return static_cast<Opcode>(words_[0] & 0xff); }
  [[nodiscard]] bool waitsFor(Queue q) const;
  [[nodiscard]] bool signals(Queue q) const;
  Command& addWait(Queue q);
  Command& addSignal(Queue q);

  [[nodiscard]] const std::array<uint32_t, kCommandWords>& words() const { return words_; }
  std::array<uint32_t, kCommandWords>& words() { return words_; }
  bool operator==(const Command&) const = default;

 private:
  std::array<uint32_t, kCommandWords> words_{};
};

/// The queues that a command waits for, and those that it signals: "load+matmul", or empty.
std::string waitsText(const Command& command);
std::string signalsText(const Command& command);

}  // namespace intformer
