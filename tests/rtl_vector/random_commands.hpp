#pragma once

#include <algorithm>
#include <random>

#include "gen/tables/operands.hpp"
#include "sw/numerics/numerics.hpp"
#include "tests/rtl_vector/any_command.hpp"

namespace intformer::test {

/// Regions of the test's scratchpad, in words.
struct VectorRegions {
  uint32_t inWords = 1024;    ///< [0, inWords): operands
  uint32_t constWords = 2048;  ///< then constants
  uint32_t outWords = 1024;   ///< then results, 8 and 16 bits
  [[nodiscard]] uint32_t constBase() const { return inWords; }
  [[nodiscard]] uint32_t out8Base() const { return constBase() + constWords; }
  [[nodiscard]] uint32_t out16Base() const { return out8Base() + outWords; }
  [[nodiscard]] uint32_t words() const { return out16Base() + 2 * outWords; }
};

/// Random legal vector commands over random constants.
class RandomCommands {
 public:
  RandomCommands(uint32_t dim, uint32_t accRows, uint32_t slots, uint32_t seed)
      : random(seed), dim_(dim), accRows_(accRows), slots_(slots) {}

  std::mt19937 random;
  VectorRegions regions;

  /// Small numbers as often as large ones.
  int64_t number(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  }
  int32_t spread() { return static_cast<int32_t>(random()) >> number(0, 31); }

  void fill(std::vector<uint8_t>& scratch, std::vector<int32_t>& acc) {
    for (auto& value : acc) value = spread();
    for (auto& value : scratch) value = static_cast<uint8_t>(random());
  }

  /// Gives the command constants behind those of the last one; starts again when there is no room.
  void drawConstants(Command& command, std::vector<uint8_t>& scratch) {
    const uint32_t bytes = constantBytes(command.opcode());
    if (bytes == 0) return;
    const auto words = bytes * static_cast<uint32_t>(command.get(Field::Panels));
    if (nextConstant_ + words > regions.constWords) nextConstant_ = 0;
    const uint32_t base = regions.constBase() + nextConstant_;
    nextConstant_ += words;
    command.set(Field::ConstAddr, base);
    for (uint32_t p = 0; p < command.get(Field::Panels); ++p)
      for (uint32_t c = 0; c < dim_; ++c) {
        uint8_t record[11];
        for (auto& b : record) b = static_cast<uint8_t>(random());
        const int32_t bias = spread();
        for (int b = 0; b < 4; ++b) record[b] = static_cast<uint8_t>(bias >> (8 * b));
        record[6] = static_cast<uint8_t>(number(1, 47));
        record[10] = static_cast<uint8_t>(number(1, 47));
        if (number(0, 3) == 0) record[6] = static_cast<uint8_t>(number(15, 24));
        if (number(0, 3) == 0) record[10] = static_cast<uint8_t>(number(12, 20));
        for (uint32_t b = 0; b < bytes; ++b) scratch[(base + p * bytes + b) * dim_ + c] = record[b];
      }
  }

  AnyCommand draw(Opcode op) {
    AnyCommand command(op);
    const auto set = [&](Field field, int64_t value) { command.set(field, value); };
    const int64_t panels = number(1, number(0, 2) == 0 ? 12 : 3);
    const int64_t rows = number(0, 3) == 0 ? number(1, 4) : number(1, std::min(40L, long(slots_)));
    set(Field::Signal, number(0, 15));
    set(Field::Rows, rows);
    set(Field::StatRow, number(0, slots_ - rows));
    if (op == Opcode::RowScalarSoftmax) {
      set(Field::Multiplier, number(0, 65535));
      set(Field::Shift, number(1, 47));
      return command;
    }
    if (op == Opcode::RowScalarLayerNorm) {
      const int64_t widest = number(0, 1) != 0 ? 4096 : 100;
      const NormWidth width = normWidth(static_cast<uint32_t>(number(1, widest)));
      set(Field::Width, width.width);
      set(Field::WidthLog, width.log);
      set(Field::MeanFactor, width.meanFactor);
      set(Field::Epsilon, (number(64, (int64_t{1} << 47) - 1) >> number(0, 41)) | 64);
      set(Field::RootMeanSquare, number(0, 3) == 0);
      return command;
    }
    if (op == Opcode::ActivationTable) {
      if (!tableDrawn_ || number(0, 3) != 0) set(Field::Rows, 32);
      tableDrawn_ |= command.get(Field::Rows) == 32;
      set(Field::Rows, std::min<int64_t>(command.get(Field::Rows), 32));
      set(Field::Panels, 1);
      set(Field::InAddr, number(0, regions.inWords - 32));
      return command;
    }
    set(Field::Panels, panels);
    if (tableDrawn_) set(Field::Function, number(0, 2));
    panelWalk(command, Field::AccAddr, Field::AccStride, 0, accRows_, rows, panels);
    const bool in16 = op == Opcode::LayerNorm || number(0, 1) != 0;
    panelWalk(command, Field::InAddr, Field::InStride, 0, regions.inWords, in16 ? 2 * rows : rows,
              panels);
    panelWalk(command, Field::OutAddr, Field::OutStride, regions.out8Base(), regions.outWords, rows,
              panels);
    panelWalk(command, Field::Out16Addr, Field::Out16Stride, regions.out16Base(),
              2 * regions.outWords, 2 * rows, panels);
    set(Field::In16, in16);
    set(Field::StatsInit, number(0, 2) != 0);
    set(Field::Stats, number(0, 1));
    set(Field::Dither, number(0, 1));
    set(Field::Out16, number(0, 1));
    set(Field::Out8, op == Opcode::LayerNorm ? number(0, 1) : 1 - command.get(Field::Out16));
    set(Field::Multiplier, number(0, 65535));
    set(Field::Shift, op == Opcode::LayerNorm ? number(9, 31) : number(1, 47));
    if (op != Opcode::LayerNorm && number(0, 1)) set(Field::Shift, number(16, 30));
    drawMask(command, panels);
    return command;
  }

 private:
  /// Start and stride such that every panel's words lie inside, without overlap.
  void panelWalk(AnyCommand& command, Field addr, Field stride, uint32_t base, uint32_t size,
                 int64_t words, int64_t panels) {
    const int64_t longest = panels > 1 ? (size - words) / (panels - 1) : size;
    const int64_t step = std::min(number(words, words + 9), longest);
    command.set(stride, step);
    command.set(addr, base + number(0, size - step * (panels - 1) - words));
  }

  void drawMask(AnyCommand& command, int64_t panels) {
    const int64_t width = panels * dim_;
    const bool far = number(0, 3) == 0;  // large positions, intervals anywhere
    const int64_t column = far ? number(0, 65535) : number(0, 64);
    const int64_t row = far ? number(0, 65535) : number(0, 64);
    const bool lowMoves = number(0, 1) != 0;
    const bool highMoves = number(0, 1) != 0;
    const auto edge = [&](bool moves) {
      const int64_t near = column - (moves ? row : 0) + number(-8, width + 8);
      return std::clamp<int64_t>(near, -32768, 32767);
    };
    command.set(Field::ColumnPosition, column).set(Field::RowPosition, row);
    command.set(Field::LowMoves, lowMoves).set(Field::HighMoves, highMoves);
    command.set(Field::ValidLow, edge(lowMoves)).set(Field::ValidHigh, edge(highMoves));
    if (number(0, 3) == 0) command.set(Field::ValidLow, -32768).set(Field::LowMoves, 0);
    if (number(0, 3) == 0) command.set(Field::ValidHigh, 32767);
  }

  uint32_t dim_, accRows_, slots_;
  uint32_t nextConstant_ = 0;
  bool tableDrawn_ = false;  ///< commands from here on find one
};

}  // namespace intformer::test
