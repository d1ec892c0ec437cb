#include "tests/programs/random_program.hpp"

#include <algorithm>
#include <optional>

#include "gen/tables/operands.hpp"
#include "sw/emulator/tokens.hpp"
#include "sw/numerics/numerics.hpp"
#include "tests/programs/random_image.hpp"
#include "tests/programs/script.hpp"

namespace intformer::test {
namespace {

class Generator {
 public:
  Generator(const Plan& plan, uint64_t seed)
      : plan_(plan), random_(seed), dim_(plan.dim), rootMeanSquare_(seed % 3 == 0) {
    // Few words hold no room for two panels of results beside their constants.
    if (plan.scratchWords < kSpaciousConstants.words + 2 * kWordsPerRow) {
      layout_.constantWords = kTightConstants;
      maxPanels_ = 1;
    }
    const uint64_t constWords = layout_.constantWords.words;
    const uint64_t dataWords = std::min<uint64_t>(
        std::max<uint64_t>(kWordsPerRow * (dim_ + dim_ / 2 + 3), kWordsPerRow * kLongRows),
        plan.scratchWords - constWords);
    constants_ = atEdge(plan.scratchWords - constWords - dataWords);
    data_ = {constants_ + constWords, 0, 1, dataWords};
    const uint64_t accRows =
        std::min<uint64_t>(std::max<uint64_t>(6 * dim_, 2 * kLongRows), plan.accRows);
    accumulator_ = {atEdge(plan.accRows - accRows), 0, 1, accRows};
    longRows_ = std::max<uint64_t>(
        std::min<uint64_t>({accRows / 2, dataWords / kWordsPerRow, plan.statRows / 2}), 1);
    maxRows_ = std::min<uint64_t>(longRows_, dim_ + dim_ / 2 + 3);
    layout_.constants = kMaxRandomCommands * kCommandBytes;
    layout_.lists = layout_.constants + uint64_t{kConstSets} * constWords * dim_;
    layout_.data = layout_.lists + uint64_t{kListRows} * 4;
    layout_.output = layout_.data + std::max<uint64_t>(2 * dataWords * dim_,
                                                       kTableRows * kGatherStrideBytes + 8 * dim_);
    layout_.end = layout_.output + 3 * dataWords * dim_;
  }

  RandomProgram generate() {
    RandomProgram program;
    program.memory = randomImage(plan_, layout_, random_);
    begin();
    const auto length = static_cast<std::size_t>(random_.range(4, 40));
    while (commands_.size() < length) addAny();
    while (!scripts_.empty()) advanceScript();
    finish();
    emulator::insertTokens(plan_, layout_.end, commands_,
                           [&](uint32_t) { return random_.chance(5); });
    commands_.emplace_back(Opcode::End);
    for (std::size_t i = 0; i < commands_.size(); ++i)
      for (std::size_t byte = 0; byte < kCommandBytes; ++byte)
        program.memory[i * kCommandBytes + byte] =
            static_cast<uint8_t>(commands_[i].words()[byte / 4] >> (8 * (byte % 4)));
    program.commands = std::move(commands_);
    program.windows = {{0, layout_.output, window::kReadable},
                       {layout_.output, layout_.end, window::kReadable | window::kWritable}};
    return program;
  }

 private:
  /// 0 .. last, the last more often than others: the end of a memory.
  uint64_t atEdge(uint64_t last) { return random_.chance(30) ? last : random_.below(last + 1); }

  /// Somewhere inside `zone`: blocks apart from each other when they are to be written.
  Runs place(const Runs& zone, uint64_t blocks, uint64_t count, bool write) {
    Runs area{0, count, blocks, count};
    const uint64_t slack = blocks > 1 ? (zone.count - blocks * count) / (blocks - 1) : 0;
    area.stride += random_.below(std::min<uint64_t>(slack, 5) + 1);
    if (!write && random_.chance(10)) area.stride = random_.below(area.stride + 1);
    const uint64_t last = zone.count - (area.end() - area.begin);
    area.begin = zone.begin + (random_.chance(10) ? last : random_.below(last + 1));
    return area;
  }
  uint64_t randomRows() { return 1 + random_.below(random_.chance(15) ? longRows_ : maxRows_); }

  void begin() {
    addConstants();
    // All data words, in a few transfers of different shapes.
    const uint64_t half = data_.count / 2;
    addLoad(layout_.data + random_.below(half) * dim_, {data_.begin, 0, 1, half}, 0);
    const uint64_t rest = data_.count - half;
    const uint64_t chunk = 1 + random_.below(std::min<uint64_t>(rest, 7));
    addLoad(layout_.data, {data_.begin + half, chunk, rest / chunk, chunk},
            (chunk + random_.below(2)) * dim_);
    if (rest % chunk != 0)
      addLoad(layout_.data, {data_.begin + data_.count - rest % chunk, 0, 1, rest % chunk}, 0);
    addMatmul();
  }

  void addAny() {
    if (!scripts_.empty() && random_.chance(40)) return advanceScript();
    switch (random_.below(10)) {
      case 0: return random_.chance(40) ? addGather() : addRandomLoad();
      case 1: return addRandomStore();
      case 2:
      case 3:
      case 4: return addMatmul();
      case 5: return addRequantize(random_.chance(50));
      case 6: return hasTables_ && random_.chance(30) ? addTable() : addActivation();
      case 7: return addSoftmax();
      case 8: return addLayerNorm();
      default: return addPlainResidual();
    }
  }

  void advanceScript() {
    const std::size_t which = random_.below(scripts_.size());
    commands_.push_back(scripts_[which].commands.front());
    scripts_[which].commands.pop_front();
    if (scripts_[which].commands.empty())
      scripts_.erase(scripts_.begin() + static_cast<std::ptrdiff_t>(which));
  }

  static void setTransfer(Command& command, uint64_t memory, const Runs& words, uint64_t stride) {
    command.set(Field::MemoryAddr, static_cast<int64_t>(memory))
        .set(Field::MemoryStride, static_cast<int64_t>(stride))
        .set(Field::ScratchAddr, static_cast<int64_t>(words.begin))
        .set(Field::ScratchStride, static_cast<int64_t>(words.stride))
        .set(Field::ChunkWords, static_cast<int64_t>(words.count))
        .set(Field::Chunks, static_cast<int64_t>(words.blocks));
  }
  void addLoad(uint64_t memory, const Runs& words, uint64_t stride) {
    setTransfer(commands_.emplace_back(Opcode::Load), memory, words, stride);
  }
  void addConstants() {
    const uint64_t words = layout_.constantWords.words;
    addLoad(layout_.constants + random_.below(kConstSets) * words * dim_,
            {constants_, 0, 1, words}, 0);
  }
  /// A random transfer between data words and memory [begin, end).
  void addTransfer(Opcode opcode, uint64_t begin, uint64_t end) {
    const uint64_t count = 1 + random_.below(std::min<uint64_t>(3 * dim_, data_.count));
    const Runs words =
        place(data_, 1 + random_.below(std::min<uint64_t>(4, data_.count / count)), count, true);
    const uint64_t stride = (count + random_.below(3)) * dim_;
    const uint64_t span = (words.blocks - 1) * stride + count * dim_;
    const uint64_t memory = begin + random_.below((end - begin - span) / dim_ + 1) * dim_;
    setTransfer(commands_.emplace_back(opcode), memory, words, stride);
  }
  void addRandomLoad() {
    if (random_.chance(20))
      addConstants();
    else if (random_.chance(60))
      addTransfer(Opcode::Load, layout_.data, layout_.output);
    else  // also what earlier stores have written
      addTransfer(Opcode::Load, layout_.output, layout_.end);
  }
  /// Rows of a table in the data, one behind the other or column by column.
  void addGather() {
    const uint64_t rows = 1 + random_.below(std::min<uint64_t>(kMaxGatherRows, 2 * dim_));
    const uint64_t words = 1 + random_.below(std::min<uint64_t>(7, data_.count / rows));
    const bool byColumn = random_.chance(60);
    const Runs area = place(data_, byColumn ? words : rows, byColumn ? rows : words, true);
    const uint64_t span = (kTableRows - 1) * kGatherStrideBytes + words * dim_;
    const uint64_t table =
        layout_.data + random_.below((layout_.output - layout_.data - span) / dim_ + 1) * dim_;
    const uint64_t list = layout_.lists + 4 * random_.below(kListRows - rows + 1);
    commands_.emplace_back(Opcode::Gather)
        .set(Field::MemoryAddr, static_cast<int64_t>(table))
        .set(Field::MemoryStride, kGatherStrideBytes)
        .set(Field::IndexAddr, static_cast<int64_t>(list))
        .set(Field::IndexLimit, kTableRows)
        .set(Field::Chunks, static_cast<int64_t>(rows))
        .set(Field::ChunkWords, static_cast<int64_t>(words))
        .set(Field::ScratchAddr, static_cast<int64_t>(area.begin))
        .set(Field::ScratchStride, byColumn ? 1 : static_cast<int64_t>(area.stride))
        .set(Field::WordStride, byColumn ? static_cast<int64_t>(area.stride) : 1);
  }
  void addRandomStore() { addTransfer(Opcode::Store, layout_.output, layout_.end); }

  void addMatmul() {
    const bool transposed = random_.chance(40);
    uint64_t rows = randomRows();
    uint64_t cols = 1 + random_.below(maxPanels_ * dim_);
    Runs c;
    const bool accumulate = !blocks_.empty() && random_.chance(40);
    if (accumulate) {
      c = blocks_[random_.below(blocks_.size())];
      rows = c.count = 1 + random_.below(c.count);
      cols = 1 + random_.below(c.blocks * dim_);
      c.blocks = (cols + dim_ - 1) / dim_;
    } else {
      c = place(accumulator_, (cols + dim_ - 1) / dim_, rows, true);
    }
    for (const Script& script : scripts_)
      if (script.locked && script.locked->meets(c)) return;
    // B: a column's words for every tile of the depth if transposed, else the depth's for every panel.
    const uint64_t deepest = std::min(transposed ? data_.count / cols * dim_ : data_.count / c.blocks,
                                      data_.count / rows * dim_);
    const uint64_t depth = 1 + random_.below(std::min<uint64_t>(3 * dim_, deepest));
    const uint64_t depthTiles = (depth + dim_ - 1) / dim_;
    const Runs a = place(data_, depthTiles, rows, false);
    const Runs b = transposed ? place(data_, depthTiles, cols, false)
                              : place(data_, c.blocks, depth, false);
    commands_.emplace_back(Opcode::Matmul)
        .set(Field::AAddr, static_cast<int64_t>(a.begin))
        .set(Field::AStride, static_cast<int64_t>(a.stride))
        .set(Field::BAddr, static_cast<int64_t>(b.begin))
        .set(Field::BStride, static_cast<int64_t>(b.stride))
        .set(Field::CAddr, static_cast<int64_t>(c.begin))
        .set(Field::CStride, static_cast<int64_t>(c.stride))
        .set(Field::MatmulRows, static_cast<int64_t>(rows))
        .set(Field::Depth, static_cast<int64_t>(depth))
        .set(Field::Cols, static_cast<int64_t>(cols))
        .set(Field::AUnsigned, random_.chance(50) ? 1 : 0)
        .set(Field::BTransposed, transposed ? 1 : 0)
        .set(Field::Accumulate, accumulate ? 1 : 0);
    if (!accumulate) blocks_.push_back(c);
  }

  /// Part of a block that holds sums.
  Runs pickBlock() {
    Runs block = blocks_[random_.below(blocks_.size())];
    const uint64_t skip = random_.below(block.blocks);
    block.begin += skip * block.stride;
    block.blocks -= skip;
    if (random_.chance(30)) {
      const uint64_t row = random_.below(block.count);
      block.begin += row;
      block.count -= row;
    }
    return block;
  }

  Command vectorCommand(Opcode opcode, const Runs& acc, uint64_t constWord) {
    Command command(opcode);
    command.set(Field::Rows, static_cast<int64_t>(acc.count))
        .set(Field::Panels, static_cast<int64_t>(acc.blocks));
    if (command.has(Field::AccAddr))
      command.set(Field::AccAddr, static_cast<int64_t>(acc.begin))
          .set(Field::AccStride, static_cast<int64_t>(acc.stride));
    if (constantBytes(opcode) != 0) {
      const uint64_t panel = random_.below(layout_.constantWords.panels - acc.blocks + 1);
      command.set(Field::ConstAddr, static_cast<int64_t>(constants_ + constWord +
                                                         panel * constantBytes(opcode)));
    }
    return command;
  }
  static void setOut8(Command& command, const Runs& out) {
    command.set(Field::OutAddr, static_cast<int64_t>(out.begin))
        .set(Field::OutStride, static_cast<int64_t>(out.stride));
  }
  static void setOut16(Command& command, const Runs& out) {
    command.set(Field::Out16Addr, static_cast<int64_t>(out.begin))
        .set(Field::Out16Stride, static_cast<int64_t>(out.stride));
  }
  static void setIn(Command& command, const Runs& in) {
    command.set(Field::InAddr, static_cast<int64_t>(in.begin))
        .set(Field::InStride, static_cast<int64_t>(in.stride));
  }
  /// Data words that do not meet the others.
  Runs placeApart(uint64_t blocks, uint64_t count, std::initializer_list<Runs> others) {
    for (;;) {
      const Runs area = place(data_, blocks, count, true);
      if (std::none_of(others.begin(), others.end(),
                       [&](const Runs& other) { return other.meets(area); }))
        return area;
    }
  }

  void addRequantize(bool wide) { requantizeBlock(pickBlock(), wide); }
  /// Returns where the results are.
  Runs requantizeBlock(const Runs& acc, bool wide) {
    Command command = vectorCommand(Opcode::Requantize, acc, layout_.constantWords.requantize);
    const Runs out = place(data_, acc.blocks, wide ? 2 * acc.count : acc.count, true);
    command.set(wide ? Field::Out16 : Field::Out8, 1);
    wide ? setOut16(command, out) : setOut8(command, out);
    commands_.push_back(command);
    return out;
  }

  void addActivation() {
    const Runs acc = pickBlock();
    Command command = vectorCommand(Opcode::Activation, acc, layout_.constantWords.twoScale);
    setOut8(command, place(data_, acc.blocks, acc.count, true));
    if (tableThere_) command.set(Field::Function, random_.range(0, 2));
    commands_.push_back(command);
  }
  /// Of any numbers; not always all of it.
  void addTable() {
    const uint64_t most = std::min<uint64_t>(ActivationTable::kSegments, data_.count);
    const uint64_t rows = random_.chance(80) ? most : 1 + random_.below(most);
    tableThere_ |= rows == ActivationTable::kSegments;
    commands_.push_back(
        Command(Opcode::ActivationTable)
            .set(Field::InAddr, static_cast<int64_t>(place(data_, 1, rows, false).begin))
            .set(Field::Rows, static_cast<int64_t>(rows))
            .set(Field::Panels, 1));
  }

  Command residualCommand(const Runs& acc, const Runs& out) {
    Command command = vectorCommand(Opcode::Residual, acc, layout_.constantWords.twoScale);
    const bool wide = random_.chance(50);
    setIn(command, placeApart(acc.blocks, wide ? 2 * acc.count : acc.count, {out}));
    command.set(Field::In16, wide ? 1 : 0);
    setOut16(command, out);
    return command;
  }
  void addPlainResidual() {
    const Runs acc = pickBlock();
    commands_.push_back(residualCommand(acc, place(data_, acc.blocks, 2 * acc.count, true)));
  }

  /// Statistics slots that no unfinished script uses; none: come back later. Few scripts at a time
  /// bound the program: 40 commands, 6 per script, 9 at the end stay below kMaxRandomCommands.
  std::optional<Runs> placeSlots(uint64_t rows) {
    if (scripts_.size() == 5) return std::nullopt;
    for (int attempt = 0; attempt < 8; ++attempt) {
      const Runs slots{atEdge(plan_.statRows - rows), 0, 1, rows};
      if (std::none_of(scripts_.begin(), scripts_.end(),
                       [&](const Script& script) { return script.slots.meets(slots); }))
        return slots;
    }
    return std::nullopt;
  }
  /// Splits a command over two or more panels into one per panel, which continue its statistics.
  void pushSplit(Script& script, const Command& whole, const Runs& acc) {
    if (acc.blocks == 1 || random_.chance(50)) {
      script.commands.push_back(whole);
      return;
    }
    for (uint64_t p = 0; p < acc.blocks; ++p) {
      const auto advance = [&](Command& part, Field field, int64_t step) {
        part.set(field, whole.get(field) + static_cast<int64_t>(p) * step);
      };
      const auto advanceWalk = [&](Command& part, Field address, Field stride) {
        if (whole.has(address)) advance(part, address, whole.get(stride));
      };
      Command part = whole;
      part.set(Field::Panels, 1).set(Field::StatsInit, p == 0 ? 1 : 0);
      advanceWalk(part, Field::AccAddr, Field::AccStride);
      advanceWalk(part, Field::InAddr, Field::InStride);
      advanceWalk(part, Field::OutAddr, Field::OutStride);
      advanceWalk(part, Field::Out16Addr, Field::Out16Stride);
      if (whole.has(Field::ConstAddr))
        advance(part, Field::ConstAddr, constantBytes(whole.opcode()));
      else
        advance(part, Field::ColumnPosition, static_cast<int64_t>(dim_));
      script.commands.push_back(part);
    }
  }

  /// By the factor one, as a rule.
  void readLogits(Command& command, const Runs& logits) {
    setIn(command, logits);
    command.set(Field::In16, 1);
    if (random_.chance(80)) command.set(Field::Multiplier, 0x8000).set(Field::Shift, 19);
  }

  void addSoftmax() {
    const Runs acc = pickBlock();
    const auto slots = placeSlots(acc.count);
    if (!slots) return;
    Script script{{}, *slots, acc};
    const auto cols = static_cast<int64_t>(acc.blocks * dim_);
    const int64_t column = random_.range(0, 40);
    Command maximum = vectorCommand(Opcode::RowMax, acc, 0);
    maximum.set(Field::StatRow, static_cast<int64_t>(slots->begin))
        .set(Field::StatsInit, 1)
        .set(Field::RowPosition, random_.range(0, 60))
        .set(Field::ColumnPosition, column)
        .set(Field::LowMoves, random_.chance(30) ? 1 : 0)
        .set(Field::HighMoves, random_.chance(30) ? 1 : 0)
        .set(Field::ValidLow, random_.chance(50) ? 0 : column + random_.range(-70, cols))
        .set(Field::ValidHigh, column + random_.range(-30, cols + 4))
        .set(Field::Multiplier, random_.range(0x8000, 0xffff))
        .set(Field::Shift, random_.range(12, 22));
    const Runs logits = place(data_, acc.blocks, 2 * acc.count, true);
    const bool kept = random_.chance(50);
    if (kept) {
      maximum.set(Field::Out16, 1);
      setOut16(maximum, logits);
    }
    pushSplit(script, maximum, acc);
    Command exp(Opcode::Exp);  // the same rows, scale and mask
    for (const Field field : findOpcode(Opcode::RowMax)->fields)
      if (exp.has(field)) exp.set(field, maximum.get(field));
    exp.set(Field::Dither, random_.chance(50) ? 1 : 0);
    Runs weights = placeApart(acc.blocks, acc.count, {logits});
    if (kept && random_.chance(80)) {
      readLogits(exp, logits);
      if (random_.chance(50)) weights = logits;  // in their place
      if (random_.chance(30)) {
        Command again = maximum;
        readLogits(again, logits);
        again.set(Field::Out16, random_.chance(50) ? 1 : 0);  // over themselves
        pushSplit(script, again, acc);
      }
    }
    setOut8(exp, weights);
    pushSplit(script, exp, acc);
    script.commands.push_back(Command(Opcode::RowScalarSoftmax)
                                  .set(Field::Rows, static_cast<int64_t>(acc.count))
                                  .set(Field::StatRow, static_cast<int64_t>(slots->begin))
                                  .set(Field::Multiplier, random_.range(0x8000, 0xffff))
                                  .set(Field::Shift, random_.range(10, 20)));
    Runs values = pickBlock();
    values.count = std::min(values.count, acc.count);
    Command normalize = vectorCommand(Opcode::RowNormalize, values, 0);
    normalize.set(Field::StatRow, static_cast<int64_t>(slots->begin));
    setOut8(normalize, place(data_, values.blocks, values.count, true));
    script.commands.push_back(normalize);
    scripts_.push_back(std::move(script));
  }

  void addLayerNorm() {
    const Runs acc = pickBlock();
    const auto slots = placeSlots(acc.count);
    if (!slots) return;
    Script script{{}, *slots, std::nullopt};
    const Runs sum = place(data_, acc.blocks, 2 * acc.count, true);
    Command residual = residualCommand(acc, sum);
    residual.set(Field::Stats, 1)
        .set(Field::StatsInit, 1)
        .set(Field::StatRow, static_cast<int64_t>(slots->begin));
    pushSplit(script, residual, acc);
    // As wide as the sums, or a little wider: as if the missing columns held zeros.
    const NormWidth width = normWidth(
        static_cast<uint32_t>(acc.blocks * dim_ + random_.below(random_.chance(30) ? dim_ : 1)));
    script.commands.push_back(Command(Opcode::RowScalarLayerNorm)
                                  .set(Field::Rows, static_cast<int64_t>(acc.count))
                                  .set(Field::StatRow, static_cast<int64_t>(slots->begin))
                                  .set(Field::MeanFactor, width.meanFactor)
                                  .set(Field::Epsilon, 64 + static_cast<int64_t>(random_.below(
                                                                1ULL << random_.below(30))))
                                  .set(Field::Width, width.width)
                                  .set(Field::WidthLog, width.log)
                                  .set(Field::RootMeanSquare, rootMeanSquare_));
    Command norm = vectorCommand(Opcode::LayerNorm, acc, layout_.constantWords.layerNorm);
    norm.set(Field::StatRow, static_cast<int64_t>(slots->begin))
        .set(Field::Shift, random_.range(9, 31));
    setIn(norm, sum);
    const bool narrow = random_.chance(70);
    const bool wide = !narrow || random_.chance(50);
    norm.set(Field::Out8, narrow ? 1 : 0).set(Field::Out16, wide ? 1 : 0);
    const Runs out16 = placeApart(acc.blocks, 2 * acc.count, {sum});
    if (wide) setOut16(norm, out16);
    if (narrow) setOut8(norm, placeApart(acc.blocks, acc.count, {sum, out16}));
    script.commands.push_back(norm);
    scripts_.push_back(std::move(script));
  }

  /// Brings sums of the last blocks and all data words to memory.
  void finish() {
    const std::size_t first = blocks_.size() > 4 ? blocks_.size() - 4 : 0;
    for (std::size_t i = first; i < blocks_.size(); ++i) {
      const Runs sums = requantizeBlock(blocks_[i], true);
      setTransfer(commands_.emplace_back(Opcode::Store), layout_.output + data_.count * dim_,
                  {sums.begin, 0, 1, sums.end() - sums.begin}, 0);
    }
    setTransfer(commands_.emplace_back(Opcode::Store), layout_.output,
                {data_.begin, 0, 1, data_.count}, 0);
  }

  /// More rows than the vector unit keeps between its lanes and memory (16).
  static constexpr uint64_t kLongRows = 24;
  /// Data words per row of the largest command: LayerNorm's operands and results apart from each
  /// other, of two panels, with room to find a place.
  static constexpr uint64_t kWordsPerRow = 20;

  const Plan& plan_;
  RandomSource random_;
  uint64_t dim_;
  bool rootMeanSquare_;     ///< its norms are RMSNorms
  bool hasTables_ = plan_.activations == Activations::Table;
  bool tableThere_ = false;  ///< all segments of one
  uint64_t constants_ = 0;  ///< first scratchpad word of the constants
  Runs data_;               ///< scratchpad words, all loaded at the beginning
  Runs accumulator_;
  uint64_t maxRows_ = 1;   ///< of most commands
  uint64_t longRows_ = 1;  ///< of some
  uint64_t maxPanels_ = 2;
  RandomLayout layout_;
  std::vector<Runs> blocks_;  ///< accumulator rows that hold sums
  std::vector<Script> scripts_;
  std::vector<Command> commands_;
};

}  // namespace

RandomProgram randomProgram(const Plan& plan, uint64_t seed) {
  return Generator(plan, seed).generate();
}

}  // namespace intformer::test
