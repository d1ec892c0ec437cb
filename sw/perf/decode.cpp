#include "sw/perf/decode.hpp"

#include "gen/tables/operands.hpp"

namespace intformer::perf {
namespace {

uint32_t number(const Command& command, Field field) {
  return static_cast<uint32_t>(command.at(field));
}

/// Whether the command gives statistics, and which; whether it needs those of its rows.
void addStatistics(const OperandSpec& operand, VectorCommand& result) {
  result.statisticsUsed = true;
  result.statisticsGathered |= operand.write;
  result.moments |= operand.write && operand.parts == NormSum;
}

}  // namespace

CopyCommand copyCommand(const Command& command, uint32_t index) {
  CopyCommand copy{.index = index,
                   .memoryAddress = command.at(Field::MemoryAddr),
                   .memoryStride = command.at(Field::MemoryStride),
                   .scratchAddress = number(command, Field::ScratchAddr),
                   .scratchStride = number(command, Field::ScratchStride),
                   .chunkWords = number(command, Field::ChunkWords),
                   .chunks = number(command, Field::Chunks)};
  if (command.opcode() != Opcode::Gather) return copy;
  copy.gather = true;
  copy.wordStride = number(command, Field::WordStride);
  copy.listAddress = command.at(Field::IndexAddr);
  copy.limit = number(command, Field::IndexLimit);
  return copy;
}

MatmulCommand matmulCommand(const Command& command, uint32_t index) {
  return {.index = index,
          .aAddress = number(command, Field::AAddr),
          .aStride = number(command, Field::AStride),
          .bAddress = number(command, Field::BAddr),
          .bStride = number(command, Field::BStride),
          .cAddress = number(command, Field::CAddr),
          .cStride = number(command, Field::CStride),
          .rows = number(command, Field::MatmulRows),
          .depth = number(command, Field::Depth),
          .cols = number(command, Field::Cols),
          .transposed = command.flag(Field::BTransposed),
          .accumulate = command.flag(Field::Accumulate)};
}

VectorCommand vectorCommand(const Command& command, uint32_t index, uint32_t dim) {
  VectorCommand result;
  result.index = index;
  result.rows = number(command, Field::Rows);
  result.scalar = isRowScalar(command.opcode());
  result.layerNormScalar = command.opcode() == Opcode::RowScalarLayerNorm;
  if (!result.scalar) result.panels = number(command, Field::Panels);
  for (const CommandOperand& operand : operandsOf(command, dim)) {
    const auto address = static_cast<uint32_t>(operand.begin);
    const auto stride = static_cast<uint32_t>(operand.stride);
    const auto words = static_cast<uint32_t>(operand.units);
    switch (operand.spec->address) {
      case Field::AccAddr:
        result.accUsed = true;
        result.accAddress = address;
        result.accStride = stride;
        break;
      case Field::InAddr:
        result.inWords = words;
        result.inAddress = address;
        result.inStride = stride;
        break;
      case Field::ConstAddr:
        result.constWords = words;
        result.constAddress = address;
        break;
      case Field::OutAddr:
        result.out8 = true;
        result.out8Address = address;
        result.out8Stride = stride;
        break;
      case Field::Out16Addr:
        result.out16 = true;
        result.out16Address = address;
        result.out16Stride = stride;
        break;
      default:
        result.statRow = address;
        if (!result.scalar) addStatistics(*operand.spec, result);
    }
  }
  return result;
}

}  // namespace intformer::perf
