#include <algorithm>

#include "sw/emulator/machine.hpp"

namespace intformer {
namespace {

// The statistics' memory: exact for the rows of any legal tensor; longer ones wrap as the device's.
constexpr unsigned kSumBits = 29, kSquaresBits = 45;

int64_t wrapSigned(int64_t value, unsigned bits) {
  return static_cast<int64_t>(static_cast<uint64_t>(value) << (64 - bits)) >> (64 - bits);
}

}  // namespace

/// The fields that rows ask for again and again, read from the command once.
struct Machine::VectorFields {
  explicit VectorFields(const Command& command)
      : scale{static_cast<uint16_t>(command.get(Field::Multiplier)),
              static_cast<uint8_t>(command.get(Field::Shift))},
        validLow(command.get(Field::ValidLow)),
        validHigh(command.get(Field::ValidHigh)),
        lowMoves(command.get(Field::LowMoves) != 0),
        highMoves(command.get(Field::HighMoves) != 0),
        in16(command.opcode() == Opcode::LayerNorm || command.get(Field::In16) != 0),
        out8(command.get(Field::Out8) != 0),
        out16(command.get(Field::Out16) != 0),
        statsInit(command.get(Field::StatsInit) != 0),
        stats(command.get(Field::Stats) != 0),
        dither(command.get(Field::Dither) != 0) {}

  Scale scale;
  int64_t validLow, validHigh;
  bool lowMoves, highMoves;
  bool in16, out8, out16;
  bool statsInit, stats, dither;
};

/// One row of one panel, and where its operands lie.
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
  const auto get = [&](Field name) { return static_cast<uint64_t>(command.get(name)); };
  const uint64_t rows = get(Field::Rows);
  const uint64_t panels = get(Field::Panels);
  const VectorFields fields(command);
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
  // Addresses of operands that the opcode does not have are formed and never followed; slot 0
  // stands in where a command uses no statistics.
  const bool hasStatistics = get(Field::StatRow) + rows <= statistics_.size();
  RowStatistics* const statistics = &statistics_[hasStatistics ? get(Field::StatRow) : 0];
  const uint64_t inWords = fields.in16 ? 2 : 1;
  for (uint64_t p = 0; p < panels; ++p) {
    VectorContext context{
        fields,
        accumulator_.data() + (get(Field::AccAddr) + p * get(Field::AccStride)) * plan_.dim,
        word(get(Field::ConstAddr) + p * constantBytes(command.opcode())),
        word(get(Field::InAddr) + p * get(Field::InStride)),
        word(get(Field::OutAddr) + p * get(Field::OutStride)),
        word(get(Field::Out16Addr) + p * get(Field::Out16Stride)),
        statistics,
        command.get(Field::RowPosition),
        static_cast<int64_t>(get(Field::ColumnPosition) + p * plan_.dim),
        fields.statsInit && p == 0,
        plan_.dim};
    for (uint64_t r = 0; r < rows; ++r) {
      (this->*operation)(context);
      context.accumulator += plan_.dim;
      context.in += inWords * plan_.dim;
      context.out8 += plan_.dim;
      context.out16 += 2 * plan_.dim;
      context.statistics += hasStatistics ? 1 : 0;
      ++context.row;
    }
  }
}

void Machine::requantizeRow(const VectorContext& context) {
  const bool wide = context.fields.out16;
  for (uint32_t c = 0; c < plan_.dim; ++c) {
    const int64_t acc = context.biased(c);
    if (wide)
      context.write16(c, static_cast<int>(requantize<16>(acc, context.first(c), context.zero(c))));
    else
      context.write8(c, static_cast<int>(requantize<8>(acc, context.first(c), context.zero(c))));
  }
}

void Machine::residualRow(const VectorContext& context) {
  const bool in16 = context.fields.in16;
  int64_t sum = context.fresh ? 0 : context.statistics->normSums.sum;
  int64_t squares = context.fresh ? 0 : context.statistics->normSums.squares;
  for (uint32_t c = 0; c < plan_.dim; ++c) {
    const int16_t identity = in16 ? context.in16(c) : static_cast<int8_t>(context.in[c]);
    const int16_t value =
        residual(context.biased(c), context.first(c), identity, context.second(c));
    context.write16(c, value);
    sum += value;
    squares += int32_t{value} * value;
  }
  if (!context.fields.stats) return;
  context.statistics->normSums = {static_cast<int32_t>(wrapSigned(sum, kSumBits)),
                                  squares & ((int64_t{1} << kSquaresBits) - 1)};
  context.statistics->valid &= static_cast<uint8_t>(~RowStatistics::SoftmaxSum);
  context.statistics->valid |= RowStatistics::NormSum;
}

void Machine::activationRow(const VectorContext& context) {
  for (uint32_t c = 0; c < plan_.dim; ++c)
    context.write8(c, activate(context.biased(c), context.first(c), context.second(c),
                               context.zero(c), plan_.family));
}

void Machine::rowMaxRow(const VectorContext& context) {
  const auto [begin, end] = context.validChannels();
  const Scale scale = context.fields.scale;
  int64_t maximum = context.fresh ? INT16_MIN : context.statistics->maximum;
  for (uint32_t c = begin; c < end; ++c)
    maximum = std::max(maximum, requantize<16>(context.accumulator[c], scale));
  context.statistics->maximum = static_cast<int16_t>(maximum);
  context.statistics->valid |= RowStatistics::Maximum;
}

void Machine::expRow(const VectorContext& context) {
  const auto [begin, end] = context.validChannels();
  const Scale scale = context.fields.scale;
  const bool dither = context.fields.dither;
  uint32_t sum = context.fresh ? 0 : context.statistics->softmaxSum;
  for (uint32_t c = 0; c < plan_.dim; ++c) {
    uint8_t weight = 0;
    if (c >= begin && c < end) {
      const int64_t logit = requantize<16>(context.accumulator[c], scale);
      const auto below = static_cast<uint32_t>((context.statistics->maximum - logit) & 0xffff);
      weight = exp8(exp16(below, plan_.family), static_cast<uint32_t>(context.row),
                    static_cast<uint32_t>(context.column + c), dither);
    }
    context.write8(c, weight);
    sum += weight;
  }
  context.statistics->softmaxSum = sum & ((1U << kSumBits) - 1);
  context.statistics->valid &= static_cast<uint8_t>(~RowStatistics::NormSum);
  context.statistics->valid |= RowStatistics::SoftmaxSum;
}

void Machine::rowNormalizeRow(const VectorContext& context) {
  for (uint32_t c = 0; c < plan_.dim; ++c)
    context.write8(c, rowNormalize(context.accumulator[c], context.statistics->softmax));
}

void Machine::layerNormRow(const VectorContext& context) {
  const bool out8 = context.fields.out8;
  const bool out16 = context.fields.out16;
  const auto shift = static_cast<unsigned>(context.fields.scale.shift);
  // In place works: every element is read before it is written, narrow results after wide ones.
  for (uint32_t c = 0; c < plan_.dim; ++c) {
    const int16_t n = normNormalize(context.in16(c), context.statistics->norm);
    const int16_t y = normAffine(n, static_cast<int16_t>(context.half(4, c)), context.bias(c), shift);
    if (out16) context.write16(c, y);
    if (out8) context.write8(c, normTo8(y));
  }
}

}  // namespace intformer
