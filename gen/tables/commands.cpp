#include "gen/tables/commands.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace intformer {
namespace {

constexpr uint16_t at(int word, int bit = 0) { return static_cast<uint16_t>(word * 32 + bit); }

constexpr std::array kFields = {
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
              "first word of the scratchpad operand: identity, or LayerNorm's input"},
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
    FieldSpec{Field::In16, "in16", at(12, 16), 1, false, "scratchpad operand is int16, else int8"},
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
    FieldSpec{Field::Function, "function", at(12, 24), 4, false, "activation: 0 GELU"},
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
};
static_assert(kFields.size() == static_cast<std::size_t>(Field::Count));

constexpr std::array kTransfer = {Field::ScratchAddr, Field::MemoryAddr, Field::ChunkWords,
                                  Field::Chunks, Field::ScratchStride, Field::MemoryStride};
constexpr std::array kGather = {Field::ScratchAddr, Field::MemoryAddr, Field::ChunkWords,
                                Field::Chunks, Field::ScratchStride, Field::MemoryStride,
                                Field::IndexAddr, Field::IndexLimit, Field::WordStride};
constexpr std::array kMatmul = {Field::AAddr, Field::AStride, Field::BAddr, Field::BStride,
                                Field::CAddr, Field::CStride, Field::MatmulRows, Field::Depth,
                                Field::Cols, Field::AUnsigned, Field::BTransposed,
                                Field::Accumulate};
constexpr std::array kRequantize = {Field::AccAddr, Field::AccStride, Field::OutAddr,
                                    Field::OutStride, Field::Out16Addr, Field::Out16Stride,
                                    Field::ConstAddr, Field::Rows, Field::Panels, Field::Out8,
                                    Field::Out16};
constexpr std::array kResidual = {Field::AccAddr, Field::AccStride, Field::InAddr, Field::InStride,
                                  Field::Out16Addr, Field::Out16Stride, Field::ConstAddr,
                                  Field::Rows, Field::Panels, Field::StatRow, Field::In16,
                                  Field::StatsInit, Field::Stats};
constexpr std::array kActivation = {Field::AccAddr, Field::AccStride, Field::OutAddr,
                                    Field::OutStride, Field::ConstAddr, Field::Rows,
                                    Field::Panels, Field::Function};
constexpr std::array kRowMax = {Field::AccAddr, Field::AccStride, Field::Rows, Field::Panels,
                                Field::StatRow, Field::RowPosition, Field::ColumnPosition,
                                Field::StatsInit, Field::LowMoves, Field::HighMoves,
                                Field::Multiplier, Field::Shift, Field::ValidLow,
                                Field::ValidHigh};
constexpr std::array kExp = {Field::AccAddr, Field::AccStride, Field::OutAddr, Field::OutStride,
                             Field::Rows, Field::Panels, Field::StatRow, Field::RowPosition,
                             Field::ColumnPosition, Field::StatsInit, Field::Dither,
                             Field::LowMoves, Field::HighMoves, Field::Multiplier, Field::Shift,
                             Field::ValidLow, Field::ValidHigh};
constexpr std::array kRowNormalize = {Field::AccAddr, Field::AccStride, Field::OutAddr,
                                      Field::OutStride, Field::Rows, Field::Panels,
                                      Field::StatRow};
constexpr std::array kLayerNorm = {Field::InAddr, Field::InStride, Field::OutAddr,
                                   Field::OutStride, Field::Out16Addr, Field::Out16Stride,
                                   Field::ConstAddr, Field::Rows, Field::Panels, Field::StatRow,
                                   Field::Out8, Field::Out16, Field::Shift};
constexpr std::array kRowScalarSoftmax = {Field::Rows, Field::StatRow, Field::Multiplier,
                                          Field::Shift};
constexpr std::array kRowScalarLayerNorm = {Field::Rows, Field::StatRow, Field::MeanFactor,
                                            Field::Epsilon, Field::Width, Field::WidthLog};

constexpr std::array kOpcodes = {
    OpcodeSpec{Opcode::End, "end", std::nullopt, {},
               "Waits until every queue is idle, then reports done."},
    OpcodeSpec{Opcode::Load, "load", Queue::Load, kTransfer, "Memory to scratchpad."},
    OpcodeSpec{Opcode::Gather, "gather", Queue::Load, kGather,
               "Rows of a table in memory, picked by a list, to scratchpad: word w of chunk r comes "
               "from memory_addr + list[r] * memory_stride + w * DIM and goes to scratch_addr + r * "
               "scratch_stride + w * word_stride."},
    OpcodeSpec{Opcode::Matmul, "matmul", Queue::Matmul, kMatmul,
               "C = A * B, or C += A * B, over all column tiles and depth tiles of the block."},
    OpcodeSpec{Opcode::Requantize, "requantize", Queue::Vector, kRequantize,
               "out = REQ(acc + bias, M, s, z), to exactly one of 8 or 16 bits."},
    OpcodeSpec{Opcode::Residual, "residual", Queue::Vector, kResidual,
               "out16 = sat16(rshr((acc + bias) * M1, s1) + rshr(in * M2, s2))."},
    OpcodeSpec{Opcode::Activation, "activation", Queue::Vector, kActivation,
               "out = REQ_8(act(REQ_16(acc + bias, M1, s1, 0)), M2, s2, z)."},
    OpcodeSpec{Opcode::RowMax, "row_max", Queue::Vector, kRowMax,
               "max[row] = maximum over the valid columns of REQ_16(acc, M_t, s_t, 0)."},
    OpcodeSpec{Opcode::Exp, "exp", Queue::Vector, kExp,
               "out = E8(EXP16(max[row] - REQ_16(acc, M_t, s_t, 0))), 0 where invalid; "
               "sum[row] += out."},
    OpcodeSpec{Opcode::RowNormalize, "row_normalize", Queue::Vector, kRowNormalize,
               "out = sat8(rshr(acc * Mr[row], shift[row]))."},
    OpcodeSpec{Opcode::LayerNorm, "layer_norm", Queue::Vector, kLayerNorm,
               "Normalizes int16 rows to 8 bits, 16 bits or both."},
    OpcodeSpec{Opcode::RowScalarSoftmax, "row_scalar_softmax", Queue::Vector, kRowScalarSoftmax,
               "Mr[row], shift[row] from sum[row]; runs beside later vector commands."},
    OpcodeSpec{Opcode::RowScalarLayerNorm, "row_scalar_layer_norm", Queue::Vector,
               kRowScalarLayerNorm,
               "mean[row], reciprocal[row], shift[row] from the sums of row; runs beside later "
               "vector commands."},
    OpcodeSpec{Opcode::Store, "store", Queue::Store, kTransfer, "Scratchpad to memory."},
};

}  // namespace

uint32_t constantBytes(Opcode opcode) {
  switch (opcode) {
    case Opcode::Requantize: return 8;
    case Opcode::Residual:
    case Opcode::Activation: return 11;
    case Opcode::LayerNorm: return 6;
    default: return 0;
  }
}

std::span<const FieldSpec> commandFields() { return kFields; }
std::span<const OpcodeSpec> opcodes() { return kOpcodes; }
const FieldSpec& fieldSpec(Field field) { return kFields[static_cast<std::size_t>(field)]; }

const OpcodeSpec* findOpcode(uint8_t opcode) {
  for (const auto& spec : kOpcodes)
    if (static_cast<uint8_t>(spec.opcode) == opcode) return &spec;
  return nullptr;
}

std::string_view queueName(Queue queue) {
  constexpr std::array<std::string_view, kQueueCount> names = {"load", "matmul", "vector", "store"};
  return names[static_cast<std::size_t>(queue)];
}

int64_t Command::get(Field field) const {
  const FieldSpec& spec = fieldSpec(field);
  const std::size_t word = spec.lsb / 32;
  uint64_t raw = words_[word];
  if (word + 1 < kCommandWords) raw |= uint64_t{words_[word + 1]} << 32;
  raw >>= spec.lsb % 32;
  if (spec.width == 64) return static_cast<int64_t>(raw);
  raw &= (uint64_t{1} << spec.width) - 1;
  if (spec.isSigned && (raw >> (spec.width - 1)) != 0) raw |= ~uint64_t{0} << spec.width;
  return static_cast<int64_t>(raw);
}

Command& Command::set(Field field, int64_t value) {
  const FieldSpec& spec = fieldSpec(field);
  const uint64_t mask = spec.width == 64 ? ~uint64_t{0} : (uint64_t{1} << spec.width) - 1;
  if (spec.width < 64) {
    const int64_t low = spec.isSigned ? -(int64_t{1} << (spec.width - 1)) : 0;
    const int64_t high = spec.isSigned ? (int64_t{1} << (spec.width - 1)) - 1
                                       : static_cast<int64_t>(mask);
    if (value < low || value > high)
      throw std::logic_error("command field " + std::string(spec.name) + " cannot hold " +
                             std::to_string(value));
  }
  for (unsigned bit = 0; bit < spec.width;) {  // field by field word: at most three pieces
    const unsigned position = spec.lsb + bit;
    const unsigned offset = position % 32;
    const unsigned count = std::min<unsigned>(32 - offset, spec.width - bit);
    const uint32_t piece = count == 32 ? ~0U : (1U << count) - 1;
    uint32_t& word = words_[position / 32];
    word = (word & ~(piece << offset)) |
           ((static_cast<uint32_t>(static_cast<uint64_t>(value) >> bit) & piece) << offset);
    bit += count;
  }
  return *this;
}

bool Command::waitsFor(Queue q) const { return (get(Field::Wait) >> static_cast<int>(q) & 1) != 0; }
bool Command::signals(Queue q) const {
  return (get(Field::Signal) >> static_cast<int>(q) & 1) != 0;
}
Command& Command::addWait(Queue q) {
  return set(Field::Wait, get(Field::Wait) | 1 << static_cast<int>(q));
}
Command& Command::addSignal(Queue q) {
  return set(Field::Signal, get(Field::Signal) | 1 << static_cast<int>(q));
}

namespace {

std::string queuesText(const Command& command, bool (Command::*named)(Queue) const) {
  std::string text;
  for (std::size_t q = 0; q < kQueueCount; ++q) {
    const auto queue = static_cast<Queue>(q);
    if (!(command.*named)(queue)) continue;
    if (!text.empty()) text += '+';
    text += queueName(queue);
  }
  return text;
}

}  // namespace

std::string waitsText(const Command& command) { return queuesText(command, &Command::waitsFor); }
std::string signalsText(const Command& command) { return queuesText(command, &Command::signals); }

}  // namespace intformer
