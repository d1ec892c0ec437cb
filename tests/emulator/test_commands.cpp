// Every opcode on numbers small enough to work out by hand.
#include <random>

#include "sw/emulator/tokens.hpp"
#include "tests/catch.hpp"
#include "tests/emulator/bench.hpp"

namespace intformer::test {
namespace {

using Values = std::vector<int>;
constexpr uint16_t kHalf = 32768;  // with shift 15: exactly 1

Command vectorCommand(Opcode opcode, std::initializer_list<Setting> settings) {
  return make(opcode, settings);
}

TEST_CASE("load and store move chunks with strides on both sides", "[emulator]") {
  Bench bench;
  for (int i = 0; i < 64; ++i) bench.memory[static_cast<std::size_t>(i)] = static_cast<uint8_t>(i);
  bench.add(make(Opcode::Load, {{Field::MemoryAddr, 8},
                                {Field::MemoryStride, 20},
                                {Field::ScratchAddr, 10},
                                {Field::ScratchStride, 3},
                                {Field::ChunkWords, 2},
                                {Field::Chunks, 2}}));
  bench.add(make(Opcode::Store, {{Field::MemoryAddr, Bench::kResults},
                                 {Field::MemoryStride, 12},
                                 {Field::ScratchAddr, 11},
                                 {Field::ScratchStride, 2},
                                 {Field::ChunkWords, 1},
                                 {Field::Chunks, 2}}));
  bench.run();
  // Words 10, 11 hold bytes 8..15, words 13, 14 bytes 28..35; stored are words 11 and 13.
  CHECK(bench.results8(16) == Values{12, 13, 14, 15, 0, 0, 0, 0, 0, 0, 0, 0, 28, 29, 30, 31});
}

TEST_CASE("matmul covers ragged tiles, both layouts of B, uint8 A and accumulation", "[emulator]") {
  // 3 x 6 times 6 x 5 on DIM 4: two depth tiles, two column tiles.
  std::mt19937 random(1);
  int a[3][6], b[6][5];
  for (auto& row : a)
    for (int& value : row) value = static_cast<int>(random() % 256);
  for (auto& row : b)
    for (int& value : row) value = static_cast<int>(random() % 256) - 128;
  const bool isUnsigned = GENERATE(false, true);
  const bool transposed = GENERATE(false, true);
  const bool accumulate = GENERATE(false, true);

  Bench bench;
  Values aWords, bWords;
  for (std::size_t k = 0; k < 2; ++k)
    for (std::size_t r = 0; r < 3; ++r)
      for (std::size_t i = 0; i < 4; ++i)
        aWords.push_back(4 * k + i < 6 ? a[r][4 * k + i] : 99);  // meets zeros of B
  if (transposed) {
    for (std::size_t k = 0; k < 2; ++k)
      for (std::size_t j = 0; j < 5; ++j)
        for (std::size_t i = 0; i < 4; ++i) bWords.push_back(4 * k + i < 6 ? b[4 * k + i][j] : 0);
  } else {
    for (std::size_t n = 0; n < 2; ++n)
      for (std::size_t k = 0; k < 6; ++k)
        for (std::size_t c = 0; c < 4; ++c) bWords.push_back(4 * n + c < 5 ? b[k][4 * n + c] : 0);
  }
  bench.load(0, aWords).load(20, bWords);
  bench.loadConstants(60, std::vector(4, record(0, kHalf, 19)));
  const auto product = [&](bool add) {
    return make(Opcode::Matmul, {{Field::AAddr, 0}, {Field::AStride, 3}, {Field::BAddr, 20},
                                 {Field::BStride, transposed ? 5 : 6}, {Field::CAddr, 7},
                                 {Field::CStride, 4}, {Field::MatmulRows, 3}, {Field::Depth, 6},
                                 {Field::Cols, 5}, {Field::AUnsigned, isUnsigned},
                                 {Field::BTransposed, transposed}, {Field::Accumulate, add}});
  };
  bench.add(product(false));
  if (accumulate) bench.add(product(true));
  for (int panel = 0; panel < 2; ++panel)
    bench.add(vectorCommand(Opcode::Requantize,
                            {{Field::AccAddr, 7 + 4 * panel}, {Field::Out16Addr, 100 + 6 * panel},
                             {Field::ConstAddr, 60}, {Field::Rows, 3}, {Field::Panels, 1},
                             {Field::Out16, 1}}));
  bench.store(100, 12).run();
  const Values results = bench.results16(24);
  for (std::size_t r = 0; r < 3; ++r) {
    for (std::size_t c = 0; c < 5; ++c) {
      int sum = 0;
      for (std::size_t k = 0; k < 6; ++k)
        sum += (isUnsigned ? a[r][k] : static_cast<int8_t>(a[r][k])) * b[k][c];
      if (accumulate) sum *= 2;
      INFO("row " << r << " column " << c);
      CHECK(results[c / 4 * 12 + r * 4 + c % 4] == ((sum + 8) >> 4));  // times 2^-4, half up
    }
  }
}

TEST_CASE("requantize adds the bias, scales, rounds half up, adds the zero, saturates",
          "[emulator]") {
  Bench bench;
  bench.sums(0, {1}, {{100, -100, 100, 0}});
  bench.loadConstants(0, {record(5, kHalf, 16, 3), record(-5, kHalf, 16, 0),
                          record(1000, kHalf, 15, 0), record(-2147483647, 65535, 1, 0)});
  bench.add(vectorCommand(Opcode::Requantize, {{Field::OutAddr, 50}, {Field::Rows, 1},
                                               {Field::Panels, 1}, {Field::Out8, 1}}));
  bench.add(vectorCommand(Opcode::Requantize, {{Field::Out16Addr, 51}, {Field::Rows, 1},
                                               {Field::Panels, 1}, {Field::Out16, 1}}));
  bench.store(50, 1).store(51, 2).run();
  CHECK(bench.results8(4) == Values{56, -52, 127, -128});  // 52.5 + 3, -52.5, 1100, lowest
  const Values all = bench.results16(6);
  CHECK(Values(all.begin() + 2, all.end()) == Values{56, -52, 1100, -32768});
}

TEST_CASE("residual sums two scaled terms and gathers statistics that LayerNorm uses",
          "[emulator]") {
  Bench bench;
  bench.sums(0, {100, 1}, {{10, 10, 0, 0}, {0, 0, 0, 0}});
  bench.loadConstants(0, {record(0, kHalf, 15, 0, kHalf, 15), record(0, kHalf, 15, 0, kHalf, 7),
                          record(-7, kHalf, 15, 0, kHalf, 15), record(0, kHalf, 15, 0, kHalf, 0)});
  bench.load(30, {7, 7, 7, 127, 0, 0, 0, 0});
  bench.add(vectorCommand(Opcode::Residual,
                          {{Field::InAddr, 30}, {Field::Out16Addr, 40}, {Field::Rows, 2},
                           {Field::Panels, 1}}));
  bench.store(40, 4).run();
  // 1000 + 7; 1000 + 7 * 256; -7 + 7; 127 * 32768 saturates.
  CHECK(bench.results16(8) == Values{1007, 2792, 0, 32767, 0, 0, -7, 0});
}

TEST_CASE("activation is GELU between two requantizations", "[emulator]") {
  Bench bench;
  bench.sums(0, {8}, {{127, -128, 0, 64}});
  bench.loadConstants(0, {record(8, kHalf, 15, 0, kHalf, 22), record(0, kHalf, 15, 0, kHalf, 22),
                          record(0, kHalf, 15, 5, kHalf, 22), record(0, kHalf, 15, 0, kHalf, 22)});
  bench.add(vectorCommand(Opcode::Activation,
                          {{Field::OutAddr, 50}, {Field::Rows, 1}, {Field::Panels, 1}}));
  bench.store(50, 1).run();
  // x = 1: 1 - 2603/16384 = 0.8411, in units of 1/128: 107.66. x = -1: -0.1589: -20.3. x = 0.5:
  // 0.5 - 2536/16384 = 0.3452: 44.2.
  CHECK(bench.results8(4) == Values{108, -20, 5, 44});
}

TEST_CASE("an activation from a table takes the segments that were loaded last", "[emulator]") {
  Bench bench;
  bench.sums(0, {8}, {{127, -128, 0, 64}});
  bench.loadConstants(0, {record(8, kHalf, 15, 0, kHalf, 22), record(0, kHalf, 15, 0, kHalf, 22),
                          record(20480, kHalf, 15, 5, kHalf, 22), record(0, kHalf, 15, 0, kHalf, 22)});
  std::vector<int> words;
  for (int i = 0; i < 32; ++i) {  // h = 128 i, rising by 128: of 1.0 it is 1024
    const int rise = i < 16 ? 128 : 0;
    words.insert(words.end(), {128 * i & 255, 128 * i >> 8, rise, 0});
  }
  bench.load(100, words);
  const auto table = [&](int64_t rows) {
    bench.add(vectorCommand(Opcode::ActivationTable,
                            {{Field::InAddr, 100}, {Field::Rows, rows}, {Field::Panels, 1}}));
  };
  const auto activate = [&](int64_t function, int64_t out) {
    bench.add(vectorCommand(Opcode::Activation, {{Field::OutAddr, out}, {Field::Function, function},
                                                 {Field::Rows, 1}, {Field::Panels, 1}}));
  };
  SECTION("") {
    table(32);
    activate(1, 50);
    activate(2, 51);
    bench.store(50, 2).run();
    // x = 1.0, -1.0, 20.0 and 0.5; h = 1024, 1024, 0 or 3968, and 512 of 16384. In 1/128.
    CHECK(bench.results8(8) == Values{120, -8, 127, 60, 8, -8, 5 + 31, 4});
  }
  SECTION("not one that is not there whole") {
    table(31);
    activate(1, 50);
    bench.store(50, 1);
    emulator::insertTokens(bench.plan, Bench::kMemoryBytes, bench.commands);
    bench.commands.emplace_back(Opcode::End);
    const auto result = emulator::runProgram(bench.plan, bench.commands, bench.memory);
    CHECK(result.fault == emulator::Fault::Unwritten);
    CHECK_THAT(result.message, Catch::Matchers::Contains("segment 31 of the table"));
  }
  SECTION("none on a device without") {
    bench.plan.activations = Activations::Gelu;
    Command command(Opcode::ActivationTable);
    command.set(Field::Rows, 32).set(Field::Panels, 1);
    CHECK(emulator::runProgram(bench.plan, std::vector{command, Command(Opcode::End)}, bench.memory)
              .error == ErrorCode::IllegalOpcode);
    command = vectorCommand(Opcode::Activation,
                            {{Field::Function, 1}, {Field::Rows, 1}, {Field::Panels, 1}});
    CHECK(emulator::runProgram(bench.plan, std::vector{command, Command(Opcode::End)}, bench.memory)
              .error == ErrorCode::IllegalField);
  }
}

TEST_CASE("constants are those from before the rows of their panel are written", "[emulator]") {
  Bench bench;
  bench.sums(0, {1, 1}, {{100, -100, 100, 0}, {100, -100, 100, 0}});
  const auto all = record(0, kHalf, 15);
  bench.loadConstants(0, {all, all, all, all});
  bench.add(vectorCommand(Opcode::Requantize, {{Field::OutAddr, 4}, {Field::Rows, 2},
                                               {Field::Panels, 1}, {Field::Out8, 1}}));
  bench.store(4, 2).run();
  CHECK(bench.results8(8) == Values{100, -100, 100, 0, 100, -100, 100, 0});
}

TEST_CASE("the softmax commands give weights, sums and normalized rows", "[emulator]") {
  Bench bench;
  // Logits in 1/256 octave; the second row has two valid columns more to the right.
  bench.sums(0, {4, 4}, {{0, -64, -128, 100}, {-64, 0, 0, -128}});
  const std::initializer_list<Setting> common = {
      {Field::Rows, 2},       {Field::Panels, 1},      {Field::StatRow, 3},
        {Field::StatsInit, 1},   {Field::Multiplier, kHalf},
      {Field::Shift, 15},     {Field::RowPosition, 9}, {Field::ColumnPosition, 20},
      {Field::LowMoves, 1},   {Field::ValidLow, 11},   {Field::HighMoves, 1},
      {Field::ValidHigh, 14},
  };  // row 9: columns 20..22; row 10: columns 21..23
  bench.add(vectorCommand(Opcode::RowMax, common));
  bench.add(vectorCommand(Opcode::Exp, common).set(Field::OutAddr, 50));
  bench.add(vectorCommand(Opcode::RowScalarSoftmax,
                          {{Field::Rows, 2}, {Field::StatRow, 3}, {Field::Multiplier, kHalf},
                           {Field::Shift, 15}}));
  bench.sums(8, {30, 50}, {{127, -127, 1, 15}, {100, 0, -100, 1}});
  bench.add(vectorCommand(Opcode::RowNormalize, {{Field::AccAddr, 8}, {Field::OutAddr, 52},
                                                 {Field::Rows, 2}, {Field::Panels, 1},
                                                 {Field::StatRow, 3}}));
  bench.store(50, 4).run();
  const Values unnormalized = bench.resultsUnsigned8(8);
  CHECK(unnormalized == Values{255, 128, 64, 0, 0, 255, 255, 64});
  const Values all = bench.results8(16);
  // Sums 447 and 574: 3810/447 = 8.52, 30/447 = 0.07, 450/447 = 1.01; 5000/574 = 8.71, 50/574.
  CHECK(Values(all.begin() + 8, all.end()) == Values{9, -9, 0, 1, 9, 0, -9, 0});
}

TEST_CASE("logits that were kept give the same weights, in their place", "[emulator]") {
  Bench bench;
  bench.sums(0, {4, 4}, {{0, -64, -128, 100}, {-64, 0, 0, -128}});
  const std::initializer_list<Setting> common = {
      {Field::Rows, 2}, {Field::Panels, 1}, {Field::StatsInit, 1}, {Field::Multiplier, kHalf},
      {Field::ValidHigh, 3}};
  bench.add(vectorCommand(Opcode::RowMax, common).set(Field::Shift, 15).set(Field::Out16, 1)
                .set(Field::Out16Addr, 50));
  bench.store(50, 4);
  bench.add(vectorCommand(Opcode::Exp, common).set(Field::Shift, 19).set(Field::In16, 1)
                .set(Field::InAddr, 50).set(Field::OutAddr, 50));
  bench.store(50, 2).run();
  CHECK(bench.results16(8) == Values{0, -256, -512, 400, -256, 0, 0, -512});  // also those masked
  const Values all = bench.resultsUnsigned8(24);
  CHECK(Values(all.begin() + 16, all.end()) == Values{255, 128, 64, 0, 128, 255, 255, 0});
}

TEST_CASE("a fully masked row has no weights and normalizes to zero", "[emulator]") {
  Bench bench;
  bench.sums(0, {4}, {{0, -64, -128, 100}});
  const std::initializer_list<Setting> common = {
      {Field::Rows, 1},     {Field::Panels, 1},
      {Field::StatRow, 0},  {Field::StatsInit, 1}, {Field::Multiplier, kHalf},
      {Field::Shift, 15},   {Field::ValidLow, 4}, {Field::ValidHigh, 2},
  };
  bench.add(vectorCommand(Opcode::RowMax, common));
  bench.add(vectorCommand(Opcode::Exp, common).set(Field::OutAddr, 50));
  bench.add(vectorCommand(Opcode::RowScalarSoftmax,
                          {{Field::Rows, 1}, {Field::Multiplier, kHalf}, {Field::Shift, 15}}));
  bench.add(vectorCommand(Opcode::RowNormalize,
                          {{Field::OutAddr, 51}, {Field::Rows, 1}, {Field::Panels, 1}}));
  bench.store(50, 2).run();
  CHECK(bench.results8(8) == Values(8, 0));
}

TEST_CASE("layer norm takes mean and deviation over all panels", "[emulator]") {
  Bench bench;
  // Row: 300 100 300 100 | 100 300 100 300; mean 200, deviation 100.
  bench.sums(0, {100}, {{3, 1, 3, 1}}).sums(1, {100}, {{1, 3, 1, 3}});
  bench.loadConstants(0, std::vector(4, record(0, kHalf, 15, 0, 0, 1)));
  bench.loadConstants(11, std::vector(4, record(0, kHalf, 15, 0, 0, 1)));
  bench.load(30, Values(8, 0));
  bench.add(vectorCommand(Opcode::Residual,
                          {{Field::AccStride, 1}, {Field::InAddr, 30}, {Field::InStride, 1},
                           {Field::Out16Addr, 40}, {Field::Out16Stride, 2}, {Field::Rows, 1},
                           {Field::Panels, 2}, {Field::StatRow, 5}, {Field::Stats, 1},
                           {Field::StatsInit, 1}}));
  bench.add(make(Opcode::RowScalarLayerNorm,
                 {{Field::Rows, 1}, {Field::StatRow, 5}, {Field::Width, 8}, {Field::WidthLog, 3},
                  {Field::MeanFactor, 1 << 23}, {Field::Epsilon, 64}}));
  // Gain 16384 with s = 23 makes y16 = n / 2 with n = +-512; the offset adds 2^22 >> 15 = 128.
  const auto norm = [](int offset) {
    auto bytes = record(offset, 16384, 0);
    bytes.resize(6);
    return bytes;
  };
  bench.loadConstants(60, std::vector(4, norm(0)));
  bench.loadConstants(66, std::vector(4, norm(1 << 22)));
  bench.add(vectorCommand(Opcode::LayerNorm,
                          {{Field::InAddr, 40}, {Field::InStride, 2}, {Field::OutAddr, 80},
                           {Field::OutStride, 1}, {Field::Out16Addr, 82}, {Field::Out16Stride, 2},
                           {Field::ConstAddr, 60}, {Field::Rows, 1}, {Field::Panels, 2},
                           {Field::StatRow, 5}, {Field::Out8, 1}, {Field::Out16, 1},
                           {Field::Shift, 23}}));
  bench.store(82, 4).store(80, 2).run();
  CHECK(bench.results16(8) == Values{256, -256, 256, -256, -128, 384, -128, 384});
  const Values all = bench.results8(24);
  CHECK(Values(all.begin() + 16, all.end()) == Values{1, -1, 1, -1, 0, 2, 0, 2});
}

}  // namespace
}  // namespace intformer::test
