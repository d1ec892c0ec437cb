#include "sw/perf/decode.hpp"

namespace intformer::perf {
namespace {

uint32_t number(const Command& command, Field field) {
  return static_cast<uint32_t>(command.get(field));
}
bool flag(const Command& command, Field field) { return command.get(field) != 0; }

}  // namespace

CopyCommand copyCommand(const Command& command, uint32_t index) {
  CopyCommand copy{.index = index,
                   .memoryAddress = static_cast<uint64_t>(command.get(Field::MemoryAddr)),
                   .memoryStride = static_cast<uint64_t>(command.get(Field::MemoryStride)),
                   .scratchAddress = number(command, Field::ScratchAddr),
                   .scratchStride = number(command, Field::ScratchStride),
                   .chunkWords = number(command, Field::ChunkWords),
                   .chunks = number(command, Field::Chunks)};
  if (command.opcode() != Opcode::Gather) return copy;
  copy.gather = true;
  copy.wordStride = number(command, Field::WordStride);
  copy.listAddress = static_cast<uint64_t>(command.get(Field::IndexAddr));
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
          .transposed = flag(command, Field::BTransposed),
          .accumulate = flag(command, Field::Accumulate)};
}

VectorCommand vectorCommand(const Command& command, uint32_t index) {
  const Opcode opcode = command.opcode();
  VectorCommand result;
  result.index = index;
  result.rows = number(command, Field::Rows);
  result.statRow = number(command, Field::StatRow);
  result.layerNormScalar = opcode == Opcode::RowScalarLayerNorm;
  result.scalar = result.layerNormScalar || opcode == Opcode::RowScalarSoftmax;
  if (result.scalar) return result;

  const bool residual = opcode == Opcode::Residual;
  const bool requantize = opcode == Opcode::Requantize;
  const bool layerNorm = opcode == Opcode::LayerNorm;
  const bool exp = opcode == Opcode::Exp;
  const bool rowMax = opcode == Opcode::RowMax;
  const bool normalize = opcode == Opcode::RowNormalize;
  result.accUsed = !layerNorm;
  result.moments = residual && flag(command, Field::Stats);
  result.statisticsGathered = rowMax || exp || result.moments;
  result.statisticsUsed = result.statisticsGathered || normalize || layerNorm;
  result.out16 = residual || ((requantize || layerNorm) && flag(command, Field::Out16));
  result.out8 = opcode == Opcode::Activation || exp || normalize ||
                (requantize && !result.out16) || (layerNorm && flag(command, Field::Out8));
  result.inWords = layerNorm ? 2 : residual ? (flag(command, Field::In16) ? 2 : 1) : 0;
  result.constWords = constantBytes(opcode);
  result.panels = number(command, Field::Panels);
  result.accAddress = number(command, Field::AccAddr);
  result.accStride = number(command, Field::AccStride);
  result.inAddress = number(command, Field::InAddr);
  result.inStride = number(command, Field::InStride);
  result.constAddress = number(command, Field::ConstAddr);
  result.out8Address = number(command, Field::OutAddr);
  result.out8Stride = number(command, Field::OutStride);
  result.out16Address = number(command, Field::Out16Addr);
  result.out16Stride = number(command, Field::Out16Stride);
  return result;
}

}  // namespace intformer::perf
