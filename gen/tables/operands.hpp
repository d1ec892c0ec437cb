#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "gen/tables/commands.hpp"

/// What every opcode reads and writes, described once. The emulator's touches, the compiler's
/// dependencies and costs, the performance model, the vector unit's decoder and the documentation
/// are made of these tables.
namespace intformer {

enum class Space : uint8_t { Memory, Scratch, Accumulator, Statistics };
std::string_view spaceName(Space space);  ///< of one unit: "scratchpad word"

/// What a statistics slot can hold; bits of a mask.
enum StatisticsPart : uint8_t {
  Maximum = 1,
  SoftmaxSum = 2,
  NormSum = 4,
  SoftmaxScalar = 8,
  NormScalar = 16
};
/// All parts that lie where those of a mask do: writing one makes the others invalid.
uint8_t samePlace(uint8_t parts);

/// How many: the value of a field, or what follows from several.
enum class Extent : uint8_t {
  One, Chunks, ChunkWords, MatmulRows, DepthTiles, ColumnTiles,
  PanelsOfB,  ///< column tiles, of the transpose depth tiles
  RowsOfB,    ///< the depth, of the transpose the columns
  Panels, Rows
};

/// Neighbouring units of the space that make one row.
struct RowUnits {
  uint8_t count = 1;
  bool timesDim = false;             ///< bytes of `count` words
  std::optional<Field> doubledBy{};  ///< twice as many when this flag is set
};

/// One operand of an opcode: blocks of rows. Its address field names it.
struct OperandSpec {
  Space space = Space::Scratch;
  bool write = false;
  Field address = Field::Opcode;
  std::optional<Field> stride{};  ///< from block to block; none: they follow each other
  Extent blocks = Extent::One;
  Extent rows = Extent::One;  ///< of a block
  RowUnits units{};
  std::optional<Field> step{};  ///< from row to row; none: they follow each other
  bool byList = false;          ///< block b lies list[b] strides from the address
  uint8_t parts = 0;            ///< of the statistics
  std::optional<Field> when{};    ///< there only when this flag is set
  std::optional<Field> unless{};  ///< and only when this one is not
};

/// The operands of an opcode: reads before writes, in the order in which the unit meets them.
std::span<const OperandSpec> operandSpecs(Opcode opcode);

/// Bytes of the per-channel constant record that an opcode reads: 0 when it reads none.
/// Constants lie in the scratchpad as byte planes: word b of a panel's record holds byte b of
/// every channel's record. Byte 0..3 bias or offset B (int32), 4..5 first multiplier M or gain G,
/// 6 first shift, 7 zero point (int8), 8..9 second multiplier, 10 second shift.
uint32_t constantBytes(Opcode opcode);

/// Whether the row-scalar unit executes it: it works on statistics alone.
bool isRowScalar(Opcode opcode);

/// An operand of a command. Unit u of row r of block b is at begin + b * stride + r * step + u.
struct CommandOperand {
  const OperandSpec* spec = nullptr;
  uint64_t begin = 0, stride = 0, blocks = 0;
  uint64_t step = 0, rows = 0, units = 0;

  [[nodiscard]] Space space() const { return spec->space; }
  [[nodiscard]] bool write() const { return spec->write; }
  /// Whether each block is one run of units.
  [[nodiscard]] bool dense() const { return step == units; }
  [[nodiscard]] uint64_t at(uint64_t block, uint64_t row) const {
    return begin + block * stride + row * step;
  }
};

/// The operands that a command has, in the order of its opcode's.
class CommandOperands {
 public:
  static constexpr std::size_t kMost = 6;

  void add(const CommandOperand& operand) { operands_[count_++] = operand; }
  [[nodiscard]] const CommandOperand* begin() const { return operands_.data(); }
  [[nodiscard]] const CommandOperand* end() const { return begin() + count_; }
  /// The first with this address field; nullptr: the command has none.
  [[nodiscard]] const CommandOperand* find(Field address) const;

 private:
  std::array<CommandOperand, kMost> operands_;
  std::size_t count_ = 0;
};

/// Lists the operands of a command. An unknown opcode has none. `dim`: the array's size.
CommandOperands operandsOf(const Command& command, uint32_t dim);

/// Bytes that a load, gather or store moves between memory and scratchpad.
uint64_t bytesTransferred(const Command& command, uint32_t dim);

}  // namespace intformer
