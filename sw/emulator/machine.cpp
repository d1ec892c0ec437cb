#include "sw/emulator/machine.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "sw/emulator/tile_product.hpp"

namespace intformer::emulator {
namespace {

constexpr uint32_t kSoftmaxSumMask = (1U << 28) - 1;  ///< what the row-scalar unit takes of a sum

/// Spreads `count` scratchpad words into a tile, the rest zero; a word is a row of it, or a column.
template <uint32_t Dim>
void loadTile(const uint8_t* words, uint64_t count, bool transposed, TileWeights<Dim>& tile) {
  if (count < Dim) std::memset(tile, 0, sizeof tile);
  const auto* const bytes = reinterpret_cast<const int8_t*>(words);
  if (!transposed) {  // apart, so that vector instructions convert a word at once
    for (uint64_t w = 0; w < count; ++w)
      for (uint32_t i = 0; i < Dim; ++i) tile[w][i] = bytes[w * Dim + i];
    return;
  }
  for (uint64_t w = 0; w < count; ++w)
    for (uint32_t i = 0; i < Dim; ++i) tile[i][w] = bytes[w * Dim + i];
}

}  // namespace

Machine::Machine(const Plan& plan, std::vector<uint8_t>& memory)
    : plan_(plan),
      memory_(memory),
      scratch_(std::size_t{plan.scratchWords} * plan.dim),
      accumulator_(std::size_t{plan.accRows} * plan.dim),
      statistics_(plan.statRows) {}

void Machine::execute(const Command& command) {
  switch (command.opcode()) {
    case Opcode::Load:
    case Opcode::Store: transfer(command); break;
    case Opcode::Gather: gather(command); break;
    case Opcode::Matmul:
      switch (plan_.dim) {  // a fixed size lets the compiler vectorize the inner loops
        case 4: matmul<4>(command); break;
        case 8: matmul<8>(command); break;
        case 16: matmul<16>(command); break;
        case 32: matmul<32>(command); break;
        case 64: matmul<64>(command); break;
        default: throw std::logic_error("emulator: array size is not a power of two in 4..64");
      }
      break;
    case Opcode::RowScalarSoftmax:
    case Opcode::RowScalarLayerNorm: rowScalar(command); break;
    case Opcode::ActivationTable: loadTable(command); break;
    default: runVector(command); break;
  }
  validateStatistics(command);
}

void Machine::transfer(const Command& command) {
  const std::size_t bytes = command.at(Field::ChunkWords) * plan_.dim;
  const uint64_t chunks = command.at(Field::Chunks);
  for (uint64_t chunk = 0; chunk < chunks; ++chunk) {
    uint8_t* words =
        word(command.at(Field::ScratchAddr) + chunk * command.at(Field::ScratchStride));
    uint8_t* memory = memory_.data() + command.at(Field::MemoryAddr) +
                      chunk * command.at(Field::MemoryStride);
    if (command.opcode() == Opcode::Load)
      std::memcpy(words, memory, bytes);
    else
      std::memcpy(memory, words, bytes);
  }
}

std::vector<uint32_t> Machine::rowList(const Command& command) const {
  std::vector<uint32_t> list(command.at(Field::Chunks));
  const uint8_t* at = memory_.data() + command.at(Field::IndexAddr);
  for (uint32_t& row : list) {
    row = at[0] | uint32_t{at[1]} << 8 | uint32_t{at[2]} << 16 | uint32_t{at[3]} << 24;
    at += 4;
  }
  return list;
}

void Machine::gather(const Command& command) {
  uint64_t target = command.at(Field::ScratchAddr);
  for (const uint32_t row : rowList(command)) {
    const uint8_t* source = memory_.data() + command.at(Field::MemoryAddr) +
                            row * command.at(Field::MemoryStride);
    for (uint64_t w = 0; w < command.at(Field::ChunkWords); ++w)
      std::memcpy(word(target + w * command.at(Field::WordStride)), source + w * plan_.dim,
                  plan_.dim);
    target += command.at(Field::ScratchStride);
  }
}

template <uint32_t Dim>
void Machine::matmul(const Command& command) {
  const uint64_t rows = command.at(Field::MatmulRows);
  const uint64_t depth = command.at(Field::Depth);
  const uint64_t cols = command.at(Field::Cols);
  const uint64_t a = command.at(Field::AAddr), aStride = command.at(Field::AStride);
  const uint64_t b = command.at(Field::BAddr), bStride = command.at(Field::BStride);
  const uint64_t c = command.at(Field::CAddr), cStride = command.at(Field::CStride);
  const bool transposed = command.flag(Field::BTransposed);
  const bool aUnsigned = command.flag(Field::AUnsigned);
  const bool accumulate = command.flag(Field::Accumulate);
  for (uint64_t n = 0; n * Dim < cols; ++n) {
    for (uint64_t k = 0; k * Dim < depth; ++k) {
      TileWeights<Dim> weights;
      const uint64_t first = b + (transposed ? k : n) * bStride + (transposed ? n : k) * Dim;
      const uint64_t count = std::min<uint64_t>(Dim, transposed ? cols - n * Dim : depth - k * Dim);
      loadTile<Dim>(word(first), count, transposed, weights);
      multiplyTile<Dim>(word(a + k * aStride), aUnsigned, weights,
                        accumulator_.data() + (c + n * cStride) * Dim, k == 0 && !accumulate, rows);
    }
  }
}

void Machine::rowScalar(const Command& command) {
  const uint64_t first = command.at(Field::StatRow);
  const uint64_t rows = command.at(Field::Rows);
  for (uint64_t row = first; row < first + rows; ++row) {
    RowStatistics& statistics = statistics_[row];
    if (command.opcode() == Opcode::RowScalarSoftmax) {
      statistics.softmax =
          softmaxRow(statistics.softmaxSum & kSoftmaxSumMask,
                     Scale{static_cast<uint16_t>(command.get(Field::Multiplier)),
                           static_cast<uint8_t>(command.get(Field::Shift))});
    } else {
      const NormWidth width{static_cast<uint32_t>(command.get(Field::Width)),
                            static_cast<uint32_t>(command.get(Field::WidthLog)),
                            static_cast<uint32_t>(command.get(Field::MeanFactor))};
      statistics.norm = normRow(statistics.normSums, width, command.at(Field::Epsilon),
                                command.flag(Field::RootMeanSquare));
    }
  }
}

/// Sums that rows of `width` int16 can have; of others the row-scalar unit makes nothing useful.
bool Machine::normSumsFit(const RowStatistics& statistics, int64_t width) {
  const int64_t sum = statistics.normSums.sum;
  return sum <= width * INT16_MAX && sum >= width * INT16_MIN &&
         sum * sum <= width * statistics.normSums.squares &&
         statistics.normSums.squares <= width * (int64_t{1} << 30);
}

/// Notes what the slots hold when a command has given them its results.
void Machine::validateStatistics(const Command& command) {
  for (const CommandOperand& operand : operandsOf(command, plan_.dim)) {
    if (operand.space() != Space::Statistics || !operand.write()) continue;
    const uint8_t given = operand.spec->parts, lost = samePlace(given);
    for (uint64_t row = 0; row < operand.rows; ++row) {
      uint8_t& valid = statistics_[operand.at(0, row)].valid;
      valid = static_cast<uint8_t>((valid & ~lost) | given);
    }
  }
}

int64_t Machine::findInvalidStatistics(const Command& command) const {
  unsigned needed = 0;
  for (const CommandOperand& operand : operandsOf(command, plan_.dim))
    if (!operand.write()) needed |= operand.spec->parts;
  if (needed == 0) return -1;
  const bool norm = command.opcode() == Opcode::RowScalarLayerNorm;
  const int64_t first = command.get(Field::StatRow);
  for (int64_t row = first; row < first + command.get(Field::Rows); ++row) {
    const RowStatistics& statistics = statistics_[static_cast<std::size_t>(row)];
    if ((statistics.valid & needed) != needed) return row;
    if (norm && !normSumsFit(statistics, command.get(Field::Width))) return row;
  }
  return -1;
}

}  // namespace intformer::emulator
