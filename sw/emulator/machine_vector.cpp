#include <algorithm>

#include "sw/emulator/machine.hpp"

namespace intformer::emulator {
namespace {

// The statistics' memory: exact for the rows of any legal tensor; longer ones wrap as the device's.
constexpr unsigned kSumBits = 29, kSquaresBits = 45;

int64_t wrapSigned(int64_t value, unsigned bits) {
  return static_cast<int64_t>(static_cast<uint64_t>(value) << (64 - bits)) >> (64 - bits);
}

}  // namespace

/// What rows ask for again and again, read from the command once; 0 where its opcode has no such
/// field, nullptr where it has no such operand.
struct Machine::VectorFields {
  VectorFields(const Command& command, const CommandOperands& operands)
      : accumulator(operands.find(Field::AccAddr)),
        constants(operands.find(Field::ConstAddr)),
        in(operands.find(Field::InAddr)),
        out8(operands.find(Field::OutAddr)),
        out16(operands.find(Field::Out16Addr)),
        statistics(operands.find(Field::StatRow)),
        scale{static_cast<uint16_t>(valueOf(command, Field::Multiplier)),
              static_cast<uint8_t>(valueOf(command, Field::Shift))},
        validLow(valueOf(command, Field::ValidLow)),
        validHigh(valueOf(command, Field::ValidHigh)),
        rowPosition(valueOf(command, Field::RowPosition)),
        columnPosition(valueOf(command, Field::ColumnPosition)),
        lowMoves(valueOf(command, Field::LowMoves) != 0),
        highMoves(valueOf(command, Field::HighMoves) != 0),
        statsInit(valueOf(command, Field::StatsInit) != 0),
        dither(valueOf(command, Field::Dither) != 0),
        function(valueOf(command, Field::Function)) {}

  static int64_t valueOf(const Command& command, Field field) {
    return command.has(field) ? command.get(field) : 0;
  }

  const CommandOperand *accumulator, *constants, *in, *out8, *out16, *statistics;
  Scale scale;
  int64_t validLow, validHigh, rowPosition, columnPosition;
  bool lowMoves, highMoves, statsInit, dither;
  int64_t function;
};

/// One row of one panel, and where its operands lie; nullptr: the command has no such operand.
struct Machine::VectorContext {
  const VectorFields& fields;
  const int32_t* accumulator;
  const uint8_t* constants;  ///< byte planes of this panel
  const uint8_t* in;         ///< one or two words
  uint8_t* out8;
  uint8_t* out16;
  RowStatistics* statistics;
  int64_t row;     ///< absolute position i
  int64_t column;  ///< absolute position j of channel 0
  bool fresh;      ///< statistics start here
  uint32_t dim;

  [[nodiscard]] uint32_t byte(unsigned plane, uint32_t channel) const {
    return constants[plane * dim + channel];
  }
  /// Bias or offset B.
  [[nodiscard]] int32_t bias(uint32_t c) const {
    return static_cast<int32_t>(byte(0, c) | byte(1, c) << 8 | byte(2, c) << 16 | byte(3, c) << 24);
  }
  /// Accumulator plus bias, 33 bits.
  [[nodiscard]] int64_t biased(uint32_t c) const { return int64_t{accumulator[c]} + bias(c); }
  [[nodiscard]] uint16_t half(unsigned plane, uint32_t c) const {
    return static_cast<uint16_t>(byte(plane, c) | byte(plane + 1, c) << 8);
  }
  [[nodiscard]] Scale first(uint32_t c) const {
    return {half(4, c), static_cast<uint8_t>(byte(6, c) & 63)};
  }
  [[nodiscard]] Scale second(uint32_t c) const {
    return {half(8, c), static_cast<uint8_t>(byte(10, c) & 63)};
  }
  [[nodiscard]] int zero(uint32_t c) const { return static_cast<int8_t>(byte(7, c)); }
  [[nodiscard]] int16_t in16(uint32_t c) const {
    return static_cast<int16_t>(in[2 * c] | in[2 * c + 1] << 8);
  }
  /// Of attention: made of a sum, or read.
  [[nodiscard]] int64_t logit(uint32_t c) const {
    return requantize<16>(in == nullptr ? int64_t{accumulator[c]} : int64_t{in16(c)} * 16,
                          fields.scale);
  }
  void write8(uint32_t c, int value) const { out8[c] = static_cast<uint8_t>(value); }
  void write16(uint32_t c, int value) const {
    out16[2 * c] = static_cast<uint8_t>(value);
    out16[2 * c + 1] = static_cast<uint8_t>(value >> 8);
  }
  /// Valid channels of this row and panel: [begin, end).
  [[nodiscard]] std::pair<uint32_t, uint32_t> validChannels() const {
    const int64_t low = fields.validLow + (fields.lowMoves ? row : 0) - column;
    const int64_t high = fields.validHigh + (fields.highMoves ? row : 0) - column;
    const auto inPanel = [&](int64_t c) {
      return static_cast<uint32_t>(std::clamp<int64_t>(c, 0, dim));
    };
    return {inPanel(low), std::max(inPanel(low), inPanel(high))};
  }
};

void Machine::runVector(const Command& command) {
  const CommandOperands operands = operandsOf(command, plan_.dim);
  const VectorFields fields(command, operands);
  const auto operation = [&] {
    switch (command.opcode()) {
      case Opcode::Requantize: return &Machine::requantizeRow;
      case Opcode::Residual: return &Machine::residualRow;
      case Opcode::Activation: return &Machine::activationRow;
      case Opcode::RowMax: return &Machine::rowMaxRow;
      case Opcode::Exp: return &Machine::expRow;
      case Opcode::RowNormalize: return &Machine::rowNormalizeRow;
      default: return &Machine::layerNormRow;
    }
  }();
  const auto words = [&](const CommandOperand* operand, uint64_t panel, uint64_t row) {
    return operand == nullptr ? nullptr : word(operand->at(panel, row));
  };
  const uint64_t rows = command.at(Field::Rows), panels = command.at(Field::Panels);
  std::vector<uint8_t> constants;  // of a panel, as they are before its rows are written
  for (uint64_t p = 0; p < panels; ++p) {
    if (fields.constants != nullptr) {
      const uint8_t* const first = word(fields.constants->at(p, 0));
      constants.assign(first, first + fields.constants->units * plan_.dim);
    }
    for (uint64_t r = 0; r < rows; ++r)
      (this->*operation)(VectorContext{
          fields,
          fields.accumulator == nullptr
              ? nullptr
              : accumulator_.data() + fields.accumulator->at(p, r) * plan_.dim,
          constants.data(), words(fields.in, p, r), words(fields.out8, p, r),
          words(fields.out16, p, r),
          fields.statistics == nullptr ? nullptr : &statistics_[fields.statistics->at(0, r)],
          fields.rowPosition + static_cast<int64_t>(r),
          fields.columnPosition + static_cast<int64_t>(p * plan_.dim),
          fields.statsInit && p == 0, plan_.dim});
  }
}

void Machine::requantizeRow(const VectorContext& context) {
  const bool wide = context.out16 != nullptr;
  for (uint32_t c = 0; c < plan_.dim; ++c) {
    const int64_t acc = context.biased(c);
    if (wide)
      context.write16(c, static_cast<int>(requantize<16>(acc, context.first(c), context.zero(c))));
    else
      context.write8(c, static_cast<int>(requantize<8>(acc, context.first(c), context.zero(c))));
  }
}

void Machine::residualRow(const VectorContext& context) {
  const bool in16 = context.fields.in->units == 2;
  int64_t sum = 0, squares = 0;
  for (uint32_t c = 0; c < plan_.dim; ++c) {
    const int16_t identity = in16 ? context.in16(c) : static_cast<int8_t>(context.in[c]);
    const int16_t value =
        residual(context.biased(c), context.first(c), identity, context.second(c));
    context.write16(c, value);
    sum += value;
    squares += int32_t{value} * value;
  }
  if (context.statistics == nullptr) return;
  NormSums& sums = context.statistics->normSums;
  if (!context.fresh) sum += sums.sum, squares += sums.squares;
  sums = {static_cast<int32_t>(wrapSigned(sum, kSumBits)),
          squares & ((int64_t{1} << kSquaresBits) - 1)};
}

void Machine::activationRow(const VectorContext& context) {
  const int64_t function = context.fields.function;
  const TableForm form = function == 2 ? TableForm::Odd : TableForm::Relu;
  for (uint32_t c = 0; c < plan_.dim; ++c) {
    const Scale first = context.first(c), second = context.second(c);
    context.write8(c, function == 0 ? activate(context.biased(c), first, second, context.zero(c),
                                               plan_.family)
                                    : activate(context.biased(c), first, second, context.zero(c),
                                               table_, form));
  }
}

/// A segment in each word.
void Machine::loadTable(const Command& command) {
  const auto signedBits = [](unsigned value, unsigned bits) {
    return static_cast<int16_t>(wrapSigned(static_cast<int64_t>(value), bits));
  };
  const auto rows = static_cast<uint32_t>(command.at(Field::Rows));
  for (uint32_t row = 0; row < rows; ++row) {
    const uint8_t* bytes = word(command.at(Field::InAddr) + row);
    table_.a[row] = signedBits(bytes[0] | unsigned{bytes[1]} << 8, ActivationTable::kOffsetBits);
    table_.b[row] = signedBits(bytes[2] | unsigned{bytes[3]} << 8, ActivationTable::kSlopeBits);
  }
  segments_ = std::max(segments_, rows);
}

int64_t Machine::findMissingSegment(const Command& command) const {
  if (command.opcode() != Opcode::Activation || !command.flag(Field::Function)) return -1;
  return segments_ == ActivationTable::kSegments ? -1 : int64_t{segments_};
}

void Machine::rowMaxRow(const VectorContext& context) {
  const auto [begin, end] = context.validChannels();
  int64_t maximum = context.fresh ? INT16_MIN : context.statistics->maximum;
  for (uint32_t c = begin; c < end; ++c) maximum = std::max(maximum, context.logit(c));
  if (context.out16 != nullptr)  // after: they may take the place of those read
    for (uint32_t c = 0; c < plan_.dim; ++c)
      context.write16(c, static_cast<int>(context.logit(c)));
  context.statistics->maximum = static_cast<int16_t>(maximum);
}

void Machine::expRow(const VectorContext& context) {
  const auto [begin, end] = context.validChannels();
  const bool dither = context.fields.dither;
  uint32_t sum = context.fresh ? 0 : context.statistics->softmaxSum;
  for (uint32_t c = 0; c < plan_.dim; ++c) {
    uint8_t weight = 0;
    if (c >= begin && c < end) {
      const auto below =
          static_cast<uint32_t>((context.statistics->maximum - context.logit(c)) & 0xffff);
      weight = exp8(exp16(below, plan_.family), static_cast<uint32_t>(context.row),
                    static_cast<uint32_t>(context.column + c), dither);
    }
    context.write8(c, weight);
    sum += weight;
  }
  context.statistics->softmaxSum = sum & ((1U << kSumBits) - 1);
}

void Machine::rowNormalizeRow(const VectorContext& context) {
  for (uint32_t c = 0; c < plan_.dim; ++c)
    context.write8(c, rowNormalize(context.accumulator[c], context.statistics->softmax));
}

void Machine::layerNormRow(const VectorContext& context) {
  const auto shift = static_cast<unsigned>(context.fields.scale.shift);
  // In place works: every element is read before it is written, narrow results after wide ones.
  for (uint32_t c = 0; c < plan_.dim; ++c) {
    const int16_t n = normNormalize(context.in16(c), context.statistics->norm);
    const int16_t y = normAffine(n, static_cast<int16_t>(context.half(4, c)), context.bias(c), shift);
    if (context.out16 != nullptr) context.write16(c, y);
    if (context.out8 != nullptr) context.write8(c, normTo8(y));
  }
}

}  // namespace intformer::emulator
