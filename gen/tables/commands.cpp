#include "gen/tables/commands.hpp"

#include <stdexcept>
#include <string>

namespace intformer {
namespace {

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
constexpr std::array kActivationTable = {Field::InAddr, Field::Rows, Field::Panels};
constexpr std::array kRowMax = {Field::AccAddr, Field::AccStride, Field::InAddr, Field::InStride,
                                Field::Out16Addr, Field::Out16Stride, Field::Rows, Field::Panels,
                                Field::StatRow, Field::RowPosition, Field::ColumnPosition,
                                Field::In16, Field::Out16, Field::StatsInit, Field::LowMoves,
                                Field::HighMoves, Field::Multiplier, Field::Shift,
                                Field::ValidLow, Field::ValidHigh};
constexpr std::array kExp = {Field::AccAddr, Field::AccStride, Field::InAddr, Field::InStride,
                             Field::OutAddr, Field::OutStride, Field::Rows, Field::Panels,
                             Field::StatRow, Field::RowPosition, Field::ColumnPosition,
                             Field::In16, Field::StatsInit, Field::Dither, Field::LowMoves,
                             Field::HighMoves, Field::Multiplier, Field::Shift, Field::ValidLow,
                             Field::ValidHigh};
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
                                            Field::Epsilon, Field::Width, Field::WidthLog,
                                            Field::RootMeanSquare};

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
               "max[row] = maximum over the valid columns of t = REQ_16(acc, M_t, s_t, 0), or with in16 "
               "of REQ_16(16 * in, M_t, s_t, 0); out16: t of all columns."},
    OpcodeSpec{Opcode::Exp, "exp", Queue::Vector, kExp,
               "out = E8(EXP16(max[row] - t)), 0 where invalid; sum[row] += out. t as of row_max."},
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
    OpcodeSpec{Opcode::ActivationTable, "activation_table", Queue::Vector, kActivationTable,
               "The first segments of the table by which activations are computed from then on, one in "
               "each word: bytes 0..1 its offset (15 bits signed), 2..3 its slope (13 bits signed)."},
    OpcodeSpec{Opcode::Store, "store", Queue::Store, kTransfer, "Scratchpad to memory."},
};

constexpr uint64_t bit(Field field) { return uint64_t{1} << static_cast<unsigned>(field); }
static_assert(static_cast<unsigned>(Field::Count) <= 64);

constexpr std::array<uint64_t, 256> fieldMasks() {
  std::array<uint64_t, 256> masks{};
  masks.fill(bit(Field::Opcode) | bit(Field::Wait) | bit(Field::Signal));
  for (const OpcodeSpec& spec : kOpcodes)
    for (const Field field : spec.fields)
      masks[static_cast<std::size_t>(spec.opcode)] |= bit(field);
  return masks;
}

}  // namespace

constexpr std::array<uint64_t, 256> kFieldMasks = fieldMasks();

std::span<const OpcodeSpec> opcodes() { return kOpcodes; }

const OpcodeSpec* findOpcode(Opcode opcode) {
  for (const auto& spec : kOpcodes)
    if (spec.opcode == opcode) return &spec;
  return nullptr;
}

unsigned commandBits(Queue queue) {
  unsigned bits = 0;
  for (const auto& spec : opcodes()) {
    if (spec.queue != queue) continue;
    for (const Field field : spec.fields)
      bits = std::max<unsigned>(bits, fieldSpec(field).lsb + fieldSpec(field).width);
  }
  return bits;
}

std::string_view queueName(Queue queue) {
  constexpr std::array<std::string_view, kQueueCount> names = {"load", "matmul", "vector", "store"};
  return names[static_cast<std::size_t>(queue)];
}

void Command::refuse(Field field) const {
  const OpcodeSpec* spec = findOpcode(opcode());
  throw std::logic_error(std::string(spec == nullptr ? "an unknown opcode" : spec->name) +
                         " has no field " + std::string(fieldSpec(field).name));
}

void Command::refuse(Field field, int64_t value) {
  throw std::logic_error("command field " + std::string(fieldSpec(field).name) +
                         " cannot hold " + std::to_string(value));
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
