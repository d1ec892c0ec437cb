#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

/// Where the fields of a command lie in its 512 bits.
namespace intformer {

inline constexpr std::size_t kCommandWords = 16;  ///< 32-bit words in a command
using CommandWords = std::array<uint32_t, kCommandWords>;

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
  MeanFactor, Epsilon, Width, WidthLog, RootMeanSquare,
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

namespace detail {

/// Bit of a word.
constexpr uint16_t at(int word, int bit = 0) { return static_cast<uint16_t>(word * 32 + bit); }

inline constexpr std::array kFields = {
    FieldSpec{Field::Opcode, "opcode", at(0, 0), 8, false, "what to do"},
    FieldSpec{Field::Wait, "wait", at(0, 8), 4, false,
              "bit q: take one token that queue q has signalled to this queue, before starting"},
    FieldSpec{Field::Signal, "signal", at(0, 12), 4, false,
              "bit q: give queue q one token from this queue, when all effects are done"},

    FieldSpec{Field::ScratchAddr, "scratch_addr", at(1), 24, false, "first scratchpad word"},
    FieldSpec{Field::MemoryAddr, "memory_addr", at(2), 64, false,
              "first byte in memory"},
    FieldSpec{Field::ChunkWords, "chunk_words", at(4), 24, false,
              "words per chunk, contiguous on both sides"},
    FieldSpec{Field::Chunks, "chunks", at(5), 16, false, "chunks to move"},
    FieldSpec{Field::ScratchStride, "scratch_stride", at(6), 24, false,
              "words from chunk to chunk in the scratchpad"},
    FieldSpec{Field::MemoryStride, "memory_stride", at(7), 32, false,
              "bytes from chunk to chunk in memory"},
    FieldSpec{Field::IndexAddr, "index_addr", at(8), 64, false,
              "first byte of a list of uint32 in memory, one per chunk: which row of the table"},
    FieldSpec{Field::IndexLimit, "index_limit", at(10), 32, false,
              "rows of the table: a number in the list that is not below is an error"},
    FieldSpec{Field::WordStride, "word_stride", at(11), 24, false,
              "words from word to word of a chunk in the scratchpad"},

    FieldSpec{Field::AAddr, "a_addr", at(1), 24, false, "first word of the streamed operand A"},
    FieldSpec{Field::AStride, "a_stride", at(2), 24, false, "words from panel to panel of A"},
    FieldSpec{Field::BAddr, "b_addr", at(3), 24, false, "first word of the stationary operand B"},
    FieldSpec{Field::BStride, "b_stride", at(4), 24, false, "words from panel to panel of B"},
    FieldSpec{Field::CAddr, "c_addr", at(5), 24, false, "first accumulator row of the result"},
    FieldSpec{Field::CStride, "c_stride", at(6), 24, false,
              "accumulator rows from column tile to column tile"},
    FieldSpec{Field::MatmulRows, "matmul_rows", at(7, 0), 16, false, "rows of A"},
    FieldSpec{Field::Depth, "depth", at(7, 16), 16, false, "columns of A"},
    FieldSpec{Field::Cols, "cols", at(8, 0), 16, false, "columns of the result"},
    FieldSpec{Field::AUnsigned, "a_unsigned", at(8, 16), 1, false, "A is uint8, else int8"},
    FieldSpec{Field::BTransposed, "b_transposed", at(8, 17), 1, false,
              "B is stored as its transpose: a word holds one result column's slice of the depth"},
    FieldSpec{Field::Accumulate, "accumulate", at(8, 18), 1, false,
              "add to what the accumulator rows hold, else start from zero"},

    FieldSpec{Field::AccAddr, "acc_addr", at(1), 24, false, "first accumulator row"},
    FieldSpec{Field::AccStride, "acc_stride", at(2), 24, false, "accumulator rows per panel"},
    FieldSpec{Field::InAddr, "in_addr", at(3), 24, false,
              "first word of the scratchpad operand: identity, LayerNorm's input, logits, or table"},
    FieldSpec{Field::InStride, "in_stride", at(4), 24, false, "words from panel to panel"},
    FieldSpec{Field::OutAddr, "out_addr", at(5), 24, false, "first word of the 8-bit result"},
    FieldSpec{Field::OutStride, "out_stride", at(6), 24, false, "words from panel to panel"},
    FieldSpec{Field::Out16Addr, "out16_addr", at(7), 24, false, "first word of the 16-bit result"},
    FieldSpec{Field::Out16Stride, "out16_stride", at(8), 24, false, "words from panel to panel"},
    FieldSpec{Field::ConstAddr, "const_addr", at(9), 24, false,
              "first word of the per-channel constants; panels follow each other"},
    FieldSpec{Field::Rows, "rows", at(10, 0), 16, false, "rows"},
    FieldSpec{Field::Panels, "panels", at(10, 16), 16, false, "panels of DIM columns"},
    FieldSpec{Field::StatRow, "stat_row", at(11, 0), 16, false, "row statistics slot of row 0"},
    FieldSpec{Field::RowPosition, "row_position", at(11, 16), 16, false,
              "absolute position i of row 0"},
    FieldSpec{Field::ColumnPosition, "column_position", at(12, 0), 16, false,
              "absolute position j of column 0"},
    FieldSpec{Field::In16, "in16", at(12, 16), 1, false,
              "residual: the scratchpad operand is int16, else int8; row_max, exp: logits are read "
              "from the scratchpad, else made of the accumulator"},
    FieldSpec{Field::Out8, "out8", at(12, 17), 1, false, "write the 8-bit result"},
    FieldSpec{Field::Out16, "out16", at(12, 18), 1, false, "write the 16-bit result"},
    FieldSpec{Field::StatsInit, "stats_init", at(12, 19), 1, false,
              "panel 0 starts the row statistics afresh, else it continues them"},
    FieldSpec{Field::Stats, "stats", at(12, 20), 1, false,
              "residual: gather the LayerNorm statistics of the result"},
    FieldSpec{Field::Dither, "dither", at(12, 21), 1, false,
              "exp: round by bit-reversed position, else to nearest"},
    FieldSpec{Field::LowMoves, "low_moves", at(12, 22), 1, false,
              "valid columns begin at valid_low + i, else at valid_low"},
    FieldSpec{Field::HighMoves, "high_moves", at(12, 23), 1, false,
              "valid columns end before valid_high + i, else before valid_high"},
    FieldSpec{Field::Function, "function", at(12, 24), 4, false, "activation: 0 GELU; of the table 1 (max(x, 0) << 4) - h, 2 sign(x) * h"},
    FieldSpec{Field::Multiplier, "multiplier", at(13, 0), 16, false,
              "row_max, exp: M_t; row_scalar_softmax: M_o"},
    FieldSpec{Field::Shift, "shift", at(13, 16), 6, false,
              "row_max, exp: s_t; row_scalar_softmax: s_o; layer_norm: s"},
    FieldSpec{Field::ValidLow, "valid_low", at(14, 0), 16, true, "first valid column"},
    FieldSpec{Field::ValidHigh, "valid_high", at(14, 16), 16, true, "first column after the valid"},

    FieldSpec{Field::MeanFactor, "mean_factor", at(1), 24, false,
              "DINV = round(2^(23 + width_log) / width)"},
    FieldSpec{Field::Epsilon, "epsilon", at(2), 48, false, "E"},
    FieldSpec{Field::Width, "width", at(4, 0), 16, false, "d: columns of the normalized tensor"},
    FieldSpec{Field::WidthLog, "width_log", at(4, 16), 4, false, "CL = ceil(log2 d)"},
    FieldSpec{Field::RootMeanSquare, "root_mean_square", at(4, 20), 1, false,
              "RMSNorm: the row's sum counts as 0, so that its mean is 0"},
};
static_assert(kFields.size() == static_cast<std::size_t>(Field::Count));

/// So that a field is read and written through two neighbouring words.
constexpr bool fitsTwoWords(const FieldSpec& spec) {
  return spec.lsb % 32 + spec.width <= 64 && spec.lsb / 32 + std::size_t{1} < kCommandWords;
}
static_assert(std::ranges::all_of(kFields, fitsTwoWords));

}  // namespace detail

constexpr std::span<const FieldSpec> commandFields() { return detail::kFields; }  ///< by Field
constexpr const FieldSpec& fieldSpec(Field field) {
  return detail::kFields[static_cast<std::size_t>(field)];
}

/// Value of the bits of a field, sign-extended where the field is signed.
constexpr int64_t readField(const CommandWords& words, Field field) {
  const FieldSpec& spec = fieldSpec(field);
  const std::size_t word = spec.lsb / 32;
  const uint64_t pair = words[word] | uint64_t{words[word + 1]} << 32;
  const uint64_t top = pair << (64 - spec.lsb % 32 - spec.width);
  const unsigned down = 64U - spec.width;
  return spec.isSigned ? static_cast<int64_t>(top) >> down : static_cast<int64_t>(top >> down);
}

/// Whether a field can hold a value.
constexpr bool holds(Field field, int64_t value) {
  const FieldSpec& spec = fieldSpec(field);
  if (spec.width == 64) return true;
  const int64_t above = spec.isSigned ? value >> (spec.width - 1) : value >> spec.width;
  return above == 0 || (spec.isSigned && above == -1);
}

/// Sets the bits of a field to the lowest bits of a value.
constexpr void writeField(CommandWords& words, Field field, int64_t value) {
  const FieldSpec& spec = fieldSpec(field);
  const std::size_t word = spec.lsb / 32;
  const uint64_t mask = ~uint64_t{0} >> (64 - spec.width) << spec.lsb % 32;
  uint64_t pair = words[word] | uint64_t{words[word + 1]} << 32;
  pair = (pair & ~mask) | (static_cast<uint64_t>(value) << spec.lsb % 32 & mask);
  words[word] = static_cast<uint32_t>(pair);
  words[word + 1] = static_cast<uint32_t>(pair >> 32);
}

}  // namespace intformer
