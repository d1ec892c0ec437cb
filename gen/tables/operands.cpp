#include "gen/tables/operands.hpp"

#include <algorithm>
#include <stdexcept>

namespace intformer {
namespace {

constexpr RowUnits kOne{};
constexpr RowUnits kTwo{.count = 2};
constexpr RowUnits kOneOrTwo{.doubledBy = Field::In16};
constexpr RowUnits kBytes{.timesDim = true};  // of a word in memory

constexpr OperandSpec reads(Space space, Field address, Field stride, Extent blocks, Extent rows,
                            RowUnits units = kOne) {
  return {.space = space, .address = address, .stride = stride, .blocks = blocks, .rows = rows,
          .units = units};
}
constexpr OperandSpec writes(Space space, Field address, Field stride, Extent blocks, Extent rows,
                             RowUnits units = kOne) {
  OperandSpec operand = reads(space, address, stride, blocks, rows, units);
  operand.write = true;
  return operand;
}
constexpr OperandSpec constants(uint8_t bytes) {
  return {.address = Field::ConstAddr, .blocks = Extent::Panels, .units = {.count = bytes}};
}
constexpr OperandSpec usesStatistics(uint8_t parts) {
  return {.space = Space::Statistics, .address = Field::StatRow, .rows = Extent::Rows,
          .parts = parts};
}
constexpr OperandSpec givesStatistics(uint8_t parts) {
  OperandSpec operand = usesStatistics(parts);
  operand.write = true;
  return operand;
}
constexpr OperandSpec when(Field flag, OperandSpec operand) {
  operand.when = flag;
  return operand;
}
constexpr OperandSpec unless(Field flag, OperandSpec operand) {
  operand.unless = flag;
  return operand;
}

constexpr OperandSpec kLoad[] = {
    reads(Space::Memory, Field::MemoryAddr, Field::MemoryStride, Extent::Chunks,
          Extent::ChunkWords, kBytes),
    writes(Space::Scratch, Field::ScratchAddr, Field::ScratchStride, Extent::Chunks,
           Extent::ChunkWords)};
constexpr OperandSpec kStore[] = {
    reads(Space::Scratch, Field::ScratchAddr, Field::ScratchStride, Extent::Chunks,
          Extent::ChunkWords),
    writes(Space::Memory, Field::MemoryAddr, Field::MemoryStride, Extent::Chunks,
           Extent::ChunkWords, kBytes)};
constexpr OperandSpec kGather[] = {
    {.space = Space::Memory, .address = Field::IndexAddr, .rows = Extent::Chunks,
     .units = {.count = 4}},
    {.space = Space::Memory, .address = Field::MemoryAddr, .stride = Field::MemoryStride,
     .blocks = Extent::Chunks, .rows = Extent::ChunkWords, .units = kBytes, .byList = true},
    {.space = Space::Scratch, .write = true, .address = Field::ScratchAddr,
     .stride = Field::ScratchStride, .blocks = Extent::Chunks, .rows = Extent::ChunkWords,
     .step = Field::WordStride}};

constexpr OperandSpec kProduct = writes(Space::Accumulator, Field::CAddr, Field::CStride,
                                        Extent::ColumnTiles, Extent::MatmulRows);
constexpr OperandSpec kMatmul[] = {
    reads(Space::Scratch, Field::AAddr, Field::AStride, Extent::DepthTiles, Extent::MatmulRows),
    reads(Space::Scratch, Field::BAddr, Field::BStride, Extent::PanelsOfB, Extent::RowsOfB),
    when(Field::Accumulate, reads(Space::Accumulator, Field::CAddr, Field::CStride,
                                  Extent::ColumnTiles, Extent::MatmulRows)),
    kProduct};

constexpr OperandSpec kSums = reads(Space::Accumulator, Field::AccAddr, Field::AccStride,
                                    Extent::Panels, Extent::Rows);
constexpr OperandSpec in(RowUnits units) {
  return reads(Space::Scratch, Field::InAddr, Field::InStride, Extent::Panels, Extent::Rows, units);
}
constexpr OperandSpec kOut8 = writes(Space::Scratch, Field::OutAddr, Field::OutStride,
                                     Extent::Panels, Extent::Rows);
constexpr OperandSpec kOut16 = writes(Space::Scratch, Field::Out16Addr, Field::Out16Stride,
                                      Extent::Panels, Extent::Rows, kTwo);

constexpr OperandSpec kRequantize[] = {constants(8), kSums, when(Field::Out8, kOut8),
                                       when(Field::Out16, kOut16)};
constexpr OperandSpec kResidual[] = {
    when(Field::Stats, unless(Field::StatsInit, usesStatistics(NormSum))),
    constants(11), kSums, in(kOneOrTwo), kOut16,
    when(Field::Stats, givesStatistics(NormSum))};
constexpr OperandSpec kActivationTable[] = {{.address = Field::InAddr, .rows = Extent::Rows}};
constexpr OperandSpec kActivation[] = {constants(11), kSums, kOut8};
constexpr OperandSpec kRowMax[] = {unless(Field::StatsInit, usesStatistics(Maximum)),
                                   unless(Field::In16, kSums), when(Field::In16, in(kTwo)),
                                   when(Field::Out16, kOut16), givesStatistics(Maximum)};
constexpr OperandSpec kExp[] = {usesStatistics(Maximum),
                                unless(Field::StatsInit, usesStatistics(SoftmaxSum)),
                                unless(Field::In16, kSums), when(Field::In16, in(kTwo)), kOut8,
                                givesStatistics(SoftmaxSum)};
constexpr OperandSpec kRowNormalize[] = {usesStatistics(SoftmaxScalar), kSums, kOut8};
constexpr OperandSpec kLayerNorm[] = {usesStatistics(NormScalar), constants(6), in(kTwo),
                                      when(Field::Out8, kOut8), when(Field::Out16, kOut16)};
constexpr OperandSpec kRowScalarSoftmax[] = {usesStatistics(SoftmaxSum),
                                             givesStatistics(SoftmaxScalar)};
constexpr OperandSpec kRowScalarLayerNorm[] = {usesStatistics(NormSum),
                                               givesStatistics(NormScalar)};

uint64_t tiles(uint64_t columns, uint32_t dim) { return (columns + dim - 1) / dim; }

uint64_t extentOf(const Command& command, Extent extent, uint32_t dim) {
  switch (extent) {
    case Extent::One: return 1;
    case Extent::Chunks: return command.at(Field::Chunks);
    case Extent::ChunkWords: return command.at(Field::ChunkWords);
    case Extent::MatmulRows: return command.at(Field::MatmulRows);
    case Extent::DepthTiles: return tiles(command.at(Field::Depth), dim);
    case Extent::ColumnTiles: return tiles(command.at(Field::Cols), dim);
    case Extent::PanelsOfB:
      return tiles(command.at(command.flag(Field::BTransposed) ? Field::Depth : Field::Cols), dim);
    case Extent::RowsOfB:
      return command.at(command.flag(Field::BTransposed) ? Field::Cols : Field::Depth);
    case Extent::Panels: return command.at(Field::Panels);
    case Extent::Rows: return command.at(Field::Rows);
  }
  throw std::logic_error("unknown extent of an operand");
}

CommandOperand resolve(const Command& command, const OperandSpec& spec, uint32_t dim) {
  CommandOperand operand{.spec = &spec, .begin = command.at(spec.address)};
  operand.blocks = extentOf(command, spec.blocks, dim);
  operand.rows = extentOf(command, spec.rows, dim);
  operand.units = spec.units.timesDim ? spec.units.count * dim : spec.units.count;
  if (spec.units.doubledBy && command.flag(*spec.units.doubledBy)) operand.units *= 2;
  operand.step = spec.step ? command.at(*spec.step) : operand.units;
  operand.stride = spec.stride ? command.at(*spec.stride) : operand.rows * operand.units;
  return operand;
}

}  // namespace

std::string_view spaceName(Space space) {
  switch (space) {
    case Space::Memory: return "memory byte";
    case Space::Scratch: return "scratchpad word";
    case Space::Accumulator: return "accumulator row";
    case Space::Statistics: return "statistics slot";
  }
  return "";
}

uint8_t samePlace(uint8_t parts) {
  constexpr uint8_t kPlaces[] = {Maximum, SoftmaxSum | NormSum, SoftmaxScalar | NormScalar};
  uint8_t all = 0;
  for (const uint8_t place : kPlaces)
    if ((place & parts) != 0) all |= place;
  return all;
}

std::span<const OperandSpec> operandSpecs(Opcode opcode) {
  switch (opcode) {
    case Opcode::End: return {};
    case Opcode::Load: return kLoad;
    case Opcode::Gather: return kGather;
    case Opcode::Matmul: return kMatmul;
    case Opcode::Requantize: return kRequantize;
    case Opcode::Residual: return kResidual;
    case Opcode::Activation: return kActivation;
    case Opcode::RowMax: return kRowMax;
    case Opcode::Exp: return kExp;
    case Opcode::RowNormalize: return kRowNormalize;
    case Opcode::LayerNorm: return kLayerNorm;
    case Opcode::RowScalarSoftmax: return kRowScalarSoftmax;
    case Opcode::RowScalarLayerNorm: return kRowScalarLayerNorm;
    case Opcode::ActivationTable: return kActivationTable;
    case Opcode::Store: return kStore;
  }
  return {};
}

uint32_t constantBytes(Opcode opcode) {
  for (const OperandSpec& operand : operandSpecs(opcode))
    if (operand.address == Field::ConstAddr) return operand.units.count;
  return 0;
}

bool isRowScalar(Opcode opcode) {
  return opcode == Opcode::RowScalarSoftmax || opcode == Opcode::RowScalarLayerNorm;
}

const CommandOperand* CommandOperands::find(Field address) const {
  const CommandOperand* found = std::ranges::find(
      *this, address, [](const CommandOperand& operand) { return operand.spec->address; });
  return found == end() ? nullptr : found;
}

CommandOperands operandsOf(const Command& command, uint32_t dim) {
  CommandOperands operands;
  for (const OperandSpec& spec : operandSpecs(command.opcode())) {
    if (spec.when && !command.flag(*spec.when)) continue;
    if (spec.unless && command.flag(*spec.unless)) continue;
    operands.add(resolve(command, spec, dim));
  }
  return operands;
}

uint64_t bytesTransferred(const Command& command, uint32_t dim) {
  return command.at(Field::Chunks) * command.at(Field::ChunkWords) * dim;
}

}  // namespace intformer
