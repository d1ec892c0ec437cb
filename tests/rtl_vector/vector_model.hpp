#pragma once

#include <cstdint>
#include <vector>

#include "gen/tables/operands.hpp"
#include "sw/numerics/numerics.hpp"
#include "tests/rtl_vector/any_command.hpp"

namespace intformer::test {

/// What the vector unit computes, element by element from the command's definition. Statistics lie
/// as in the hardware: S1 and the softmax sum share a field, and so do both kinds of row scalars.
class VectorModel {
 public:
  struct Slot {
    int16_t maximum = 0;
    int32_t sum = 0;       ///< 29 bits
    uint64_t squares = 0;  ///< 45 bits
    int32_t mean = 0;      ///< 21 bits
    uint32_t factor = 0;
    uint8_t shift = 0;
  };

  VectorModel(uint32_t dim, Family family, uint32_t words, uint32_t rows, uint32_t slots)
      : scratch(std::size_t{words} * dim), acc(std::size_t{rows} * dim), slots(slots), dim_(dim),
        family_(family) {}

  std::vector<uint8_t> scratch;
  std::vector<int32_t> acc;
  std::vector<Slot> slots;
  std::vector<uint64_t> touched;  ///< words that the last command wrote

  void execute(const Command& command) {
    command_ = command;
    touched.clear();
    const Opcode op = command.opcode();
    if (op == Opcode::RowScalarSoftmax || op == Opcode::RowScalarLayerNorm) {
      for (int64_t r = 0; r < get(Field::Rows); ++r) rowScalar(slots[get(Field::StatRow) + r]);
      return;
    }
    if (op == Opcode::ActivationTable) {
      for (int64_t r = 0; r < get(Field::Rows); ++r) segment(static_cast<std::size_t>(r));
      return;
    }
    for (int64_t p = 0; p < get(Field::Panels); ++p)
      for (int64_t r = 0; r < get(Field::Rows); ++r)
        for (uint32_t c = 0; c < dim_; ++c) element(op, p, r, c);
  }

 private:
  int64_t get(Field field) const { return command_.get(field); }  // 0: has no such field
  uint8_t& byte(int64_t word, uint32_t b) {
    return scratch[static_cast<uint64_t>(word) * dim_ + b];
  }

  void segment(std::size_t r) {
    const auto half = [&](uint32_t b) {
      const int64_t word = get(Field::InAddr) + static_cast<int64_t>(r);
      return byte(word, b) | byte(word, b + 1) << 8;
    };
    table_.a[r] = static_cast<int16_t>((half(0) & 0x7fff) - 2 * (half(0) & 0x4000));
    table_.b[r] = static_cast<int16_t>((half(2) & 0x1fff) - 2 * (half(2) & 0x1000));
  }

  void rowScalar(Slot& slot) const {
    if (command_.opcode() == Opcode::RowScalarSoftmax) {
      const Scale scale{static_cast<uint16_t>(get(Field::Multiplier)),
                        static_cast<uint8_t>(get(Field::Shift))};
      const SoftmaxRow row = softmaxRow(static_cast<uint32_t>(slot.sum) & 0xfffffff, scale);
      slot.mean = 0;
      slot.factor = row.multiplier;
      slot.shift = row.shift;
      return;
    }
    const NormWidth width{static_cast<uint32_t>(get(Field::Width)),
                          static_cast<uint32_t>(get(Field::WidthLog)),
                          static_cast<uint32_t>(get(Field::MeanFactor))};
    const int32_t sum = get(Field::RootMeanSquare) != 0 ? 0 : slot.sum;
    const NormRow row = normRow({sum, static_cast<int64_t>(slot.squares)}, width,
                                static_cast<uint64_t>(get(Field::Epsilon)));
    slot.mean = row.mean << 11 >> 11;
    slot.factor = row.reciprocal & 0x1ffff;
    slot.shift = row.shift & 63;
  }

  void element(Opcode op, int64_t p, int64_t r, uint32_t c) {
    const int64_t constants = get(Field::ConstAddr) + p * constantBytes(op);
    const auto constant = [&](int b) { return uint32_t{byte(constants + b, c)}; };
    const auto bias = [&] {
      return static_cast<int32_t>(constant(0) | constant(1) << 8 | constant(2) << 16 |
                                  constant(3) << 24);
    };
    const auto half = [&](int b) {
      return static_cast<uint16_t>(constant(b) | constant(b + 1) << 8);
    };
    const auto first = [&] { return Scale{half(4), static_cast<uint8_t>(constant(6))}; };
    const auto second = [&] { return Scale{half(8), static_cast<uint8_t>(constant(10))}; };
    const auto zero = [&] { return static_cast<int8_t>(constant(7)); };
    const auto sum = [&] { return accumulator(p, r, c) + bias(); };
    const Scale scale{static_cast<uint16_t>(get(Field::Multiplier)),
                      static_cast<uint8_t>(get(Field::Shift))};
    const bool in16 = op == Opcode::LayerNorm || get(Field::In16) != 0;
    const auto in = [&]() -> int16_t {
      const int64_t base = get(Field::InAddr) + p * get(Field::InStride);
      if (!in16) return static_cast<int8_t>(byte(base + r, c));
      const uint32_t b = 2 * c;  // the second word follows the first
      return static_cast<int16_t>(byte(base + 2 * r, b) | byte(base + 2 * r, b + 1) << 8);
    };
    const auto logit = [&] {
      return requantize<16>(in16 ? 16 * int64_t{in()} : accumulator(p, r, c), scale);
    };
    const bool fresh = get(Field::StatsInit) != 0 && p == 0 && c == 0;
    const auto slot = [&]() -> Slot& { return slots[get(Field::StatRow) + r]; };
    switch (op) {
      case Opcode::Requantize:
        if (get(Field::Out16) != 0) write16(p, r, c, requantize<16>(sum(), first(), zero()));
        else write8(p, r, c, requantize<8>(sum(), first(), zero()));
        break;
      case Opcode::Residual: {
        const int16_t x = residual(sum(), first(), in(), second());
        write16(p, r, c, x);
        if (get(Field::Stats) != 0) addMoments(slot(), x, fresh);
        break;
      }
      case Opcode::Activation:
        if (get(Field::Function) == 0)
          write8(p, r, c, activate(sum(), first(), second(), zero(), family_));
        else
          write8(p, r, c, activate(sum(), first(), second(), zero(), table_,
                                   get(Field::Function) == 1 ? TableForm::Relu : TableForm::Odd));
        break;
      case Opcode::RowMax: {
        const auto t = static_cast<int16_t>(logit());
        if (get(Field::Out16) != 0) write16(p, r, c, t);
        if (fresh) slot().maximum = INT16_MIN;
        if (valid(p, r, c)) slot().maximum = std::max(slot().maximum, t);
        break;
      }
      case Opcode::Exp: {
        const auto d = static_cast<uint16_t>(slot().maximum - logit());
        const int64_t i = get(Field::RowPosition) + r;
        const int64_t j = get(Field::ColumnPosition) + p * dim_ + c;
        const int e = valid(p, r, c) ? exp8(exp16(d, family_), static_cast<uint32_t>(i),
                                            static_cast<uint32_t>(j), get(Field::Dither) != 0)
                                     : 0;
        write8(p, r, c, e);
        slot().sum = (fresh ? 0 : slot().sum) + e;
        break;
      }
      case Opcode::RowNormalize:
        write8(p, r, c, rowNormalize(accumulator(p, r, c), {slot().factor, slot().shift}));
        break;
      default: {  // LayerNorm
        const NormRow row{slot().mean, slot().factor, slot().shift};
        const auto gain = static_cast<int16_t>(half(4));
        const int16_t y = normAffine(normNormalize(in(), row), gain, bias(),
                                     static_cast<unsigned>(get(Field::Shift)));
        if (get(Field::Out16) != 0) write16(p, r, c, y);
        if (get(Field::Out8) != 0) write8(p, r, c, normTo8(y));
      }
    }
  }

  int64_t accumulator(int64_t p, int64_t r, uint32_t c) const {
    const int64_t row = get(Field::AccAddr) + p * get(Field::AccStride) + r;
    return acc[static_cast<uint64_t>(row) * dim_ + c];
  }
  bool valid(int64_t p, int64_t r, uint32_t c) const {
    const int64_t i = get(Field::RowPosition) + r;
    const int64_t j = get(Field::ColumnPosition) + p * dim_ + c;
    const int64_t low = get(Field::ValidLow) + (get(Field::LowMoves) != 0 ? i : 0);
    const int64_t high = get(Field::ValidHigh) + (get(Field::HighMoves) != 0 ? i : 0);
    return low <= j && j < high;
  }
  static void addMoments(Slot& slot, int16_t x, bool fresh) {
    if (fresh) slot.sum = 0, slot.squares = 0;
    slot.sum += x;
    slot.squares += static_cast<uint64_t>(int32_t{x} * x);
  }
  void write8(int64_t p, int64_t r, uint32_t c, int64_t value) {
    const int64_t word = get(Field::OutAddr) + p * get(Field::OutStride) + r;
    byte(word, c) = static_cast<uint8_t>(value);
    if (c == 0) touched.push_back(static_cast<uint64_t>(word));
  }
  void write16(int64_t p, int64_t r, uint32_t c, int64_t value) {
    const int64_t word = get(Field::Out16Addr) + p * get(Field::Out16Stride) + 2 * r;
    byte(word, 2 * c) = static_cast<uint8_t>(value);
    byte(word, 2 * c + 1) = static_cast<uint8_t>(value >> 8);
    if (2 * c % dim_ == 0) touched.push_back(static_cast<uint64_t>(word) + 2 * c / dim_);
  }

  AnyCommand command_;
  ActivationTable table_;
  uint32_t dim_;
  Family family_;
};

}  // namespace intformer::test
