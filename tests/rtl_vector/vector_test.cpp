#include "tests/catch.hpp"
#include "tests/rtl_vector/devices.hpp"
#include "tests/rtl_vector/seed.hpp"

using namespace intformer;
using namespace intformer::test;

namespace {

constexpr Opcode kVectorOpcodes[] = {
    Opcode::Requantize,   Opcode::Residual,  Opcode::Activation,       Opcode::RowMax, Opcode::Exp,
    Opcode::RowNormalize, Opcode::LayerNorm, Opcode::RowScalarSoftmax, Opcode::RowScalarLayerNorm,
    Opcode::ActivationTable};

}  // namespace

TEMPLATE_TEST_CASE("random vector commands give the bits of their definition", "", Tiny4,
                   Tiny4Single, Edge8, Base16Ibert, Base16Pwl) {
  const uint32_t seed = testSeed();
  INFO("seed " << seed);
  Pair<TestType> pair(seed);
  for (const double stall : {0.0, 0.3, 0.8}) {
    pair.bench.stall = stall;
    for (int round = 0; round < 40; ++round) {
      std::vector<Command> program;
      for (int i = 0; i < 8; ++i)
        program.push_back(pair.draw(kVectorOpcodes[pair.commands.number(0, 9)]));
      pair.bench.scratch = pair.model.scratch;  // the new constants
      pair.run(program);
    }
  }
}

TEMPLATE_TEST_CASE("constants of a panel spare those of rows that the writes hold back", "", Tiny4,
                   Tiny4Single, Edge8, Base16Pwl) {
  Pair<TestType> pair(5);
  pair.bench.writeStall = 0.95;
  for (const uint32_t rows : {1U, 2U, 3U}) {
    for (const Opcode op : {Opcode::Requantize, Opcode::Residual, Opcode::Activation}) {
      AnyCommand command(op);
      command.set(Field::Rows, rows).set(Field::Panels, 60).set(Field::Out8, 1);
      command.set(Field::AccStride, rows).set(Field::InStride, rows).set(Field::Stats, 1);
      command.set(Field::OutAddr, pair.commands.regions.out8Base()).set(Field::OutStride, rows);
      command.set(Field::Out16Addr, pair.commands.regions.out16Base());
      command.set(Field::Out16Stride, 2 * rows);
      pair.commands.drawConstants(command, pair.model.scratch);
      pair.bench.scratch = pair.model.scratch;
      pair.run({command});
    }
  }
}

TEMPLATE_TEST_CASE("commands follow each other closely and still see what was written before", "",
                   Tiny4, Tiny4Single, Edge8, Base16Ibert, Base16Pwl) {
  const uint32_t seed = testSeed();
  INFO("seed " << seed);
  Pair<TestType> pair(seed);
  const auto& regions = pair.commands.regions;
  int round = 0;
  for (const double stall : {0.0, 0.5})
    for (const double writeStall : {0.0, 0.9})
      for (const int64_t rows : {1, 2, 5, 16, 40}) {
        pair.bench.stall = stall;
        pair.bench.writeStall = writeStall;
        INFO(rows << " rows, stall " << stall << ", of writes " << writeStall);
        const auto number = [&](int64_t low, int64_t high) {
          return pair.commands.number(low, high);
        };
        std::vector<Command> program;
        const auto add = [&](Opcode op) -> Command& {
          AnyCommand command = pair.draw(op);
          command.set(Field::Rows, rows).set(Field::StatRow, 7);
          if (op == Opcode::RowScalarSoftmax || op == Opcode::RowScalarLayerNorm)
            return program.emplace_back(command);
          command.set(Field::Panels, 2).set(Field::AccAddr, number(0, 300));
          command.set(Field::AccStride, rows).set(Field::OutStride, rows);
          command.set(Field::OutAddr, regions.out8Base() + number(0, 900 - 2 * rows));
          command.set(Field::Out16Addr, regions.out16Base());
          command.set(Field::Out16Stride, 2 * rows).set(Field::InStride, 2 * rows);
          return program.emplace_back(command);
        };
        // Softmax: each needs the statistics of the one before; then rows of other slots.
        add(Opcode::RowMax).set(Field::StatsInit, 1);
        add(Opcode::Exp).set(Field::StatsInit, 1);
        add(Opcode::Exp).set(Field::StatsInit, 0);
        add(Opcode::RowScalarSoftmax);
        add(Opcode::RowMax).set(Field::StatRow, 60).set(Field::StatsInit, 1);
        add(Opcode::Exp).set(Field::StatRow, 60).set(Field::StatsInit, 1);
        add(Opcode::RowNormalize);
        add(Opcode::RowScalarSoftmax).set(Field::StatRow, 60);
        add(Opcode::RowNormalize).set(Field::StatRow, 60);
        // Logits that are kept: read as soon as they are written, then replaced by their weights.
        add(Opcode::RowMax).set(Field::In16, 0).set(Field::Out16, 1).set(Field::StatsInit, 1);
        add(Opcode::RowMax).set(Field::In16, 1).set(Field::Out16, 0).set(Field::StatsInit, 0)
            .set(Field::InAddr, regions.out16Base());
        add(Opcode::Exp).set(Field::In16, 1).set(Field::InAddr, regions.out16Base())
            .set(Field::OutAddr, regions.out16Base()).set(Field::OutStride, 2 * rows);
        // LayerNorm of a residual that was just written, in place and twice.
        for (const int continued : {0, 1})
          add(Opcode::Residual).set(Field::In16, 1).set(Field::Stats, 1)
              .set(Field::StatsInit, continued == 0)
              .set(Field::InAddr, continued != 0 ? regions.out16Base() : 0);
        add(Opcode::RowScalarLayerNorm);
        add(Opcode::LayerNorm).set(Field::InAddr, regions.out16Base()).set(Field::Out8, 1)
            .set(Field::Out16, 1);
        const int64_t wide = number(0, 1);
        add(Opcode::Requantize).set(Field::Out16, wide).set(Field::Out8, 1 - wide);
        add(Opcode::Residual).set(Field::In16, 1).set(Field::InAddr, regions.out16Base());
        add(Opcode::Activation);
        // A table that was just written, behind an activation by the one before and before another.
        add(Opcode::Requantize).set(Field::Out16, 1).set(Field::Out8, 0);
        if (round++ != 0) add(Opcode::Activation).set(Field::Function, number(1, 2));
        program.push_back(pair.draw(Opcode::ActivationTable));
        program.back().set(Field::InAddr, regions.out16Base()).set(Field::Rows, 32);
        add(Opcode::Activation).set(Field::Function, 1);
        add(Opcode::Activation).set(Field::Function, 2);
        // Of one panel: the words read first were written last.
        add(Opcode::Requantize).set(Field::Out16, 1).set(Field::Out8, 0).set(Field::Panels, 1);
        add(Opcode::Residual).set(Field::In16, 1).set(Field::InAddr, regions.out16Base())
            .set(Field::Panels, 1).set(Field::Out16Addr, regions.out16Base() + 4 * rows);
        pair.bench.scratch = pair.model.scratch;
        pair.run(program);
      }
}

TEMPLATE_TEST_CASE("rows await statistics of a command two before theirs", "", Tiny4, Tiny4Single,
                   Edge8, Base16Ibert, Base16Pwl) {
  Pair<TestType> pair(3);
  for (int64_t rows = 1; rows <= 12; ++rows)
    for (int64_t between = 1; between <= 12; ++between) {
      INFO(rows << " rows, " << between << " between");
      std::vector<Command> program;
      const auto add = [&](Opcode op, int64_t slot, int64_t count) {
        AnyCommand command = pair.draw(op);
        command.set(Field::Rows, count).set(Field::StatRow, slot).set(Field::StatsInit, 1);
        command.set(Field::Panels, 1).set(Field::AccAddr, pair.commands.number(0, 300));
        command.set(Field::ValidLow, 0).set(Field::LowMoves, 0).set(Field::ColumnPosition, 0);
        command.set(Field::ValidHigh, 100).set(Field::Multiplier, 50000).set(Field::Shift, 24);
        command.set(Field::In16, 0).set(Field::Out16, 0);
        program.push_back(command);
      };
      add(Opcode::RowMax, 0, 30);
      add(Opcode::RowMax, 0, rows);
      add(Opcode::RowMax, 60, between);
      add(Opcode::Exp, rows - 1, 6);  // begins with the row that entered last
      add(Opcode::Exp, 60, between);
      pair.run(program);
    }
}

TEMPLATE_TEST_CASE("commands behind one that the writes hold back wait for their turn", "", Tiny4,
                   Edge8, Base16Pwl) {
  Pair<TestType> pair(4);
  pair.bench.writeStall = 0.97;
  for (int round = 0; round < 6; ++round) {
    std::vector<Command> program = {pair.draw(Opcode::Requantize)};
    program.back().set(Field::Rows, 12).set(Field::Panels, 1);
    for (int i = 0; i < 14; ++i) {
      program.push_back(pair.draw(i % 3 == 2 ? Opcode::RowScalarSoftmax : Opcode::RowMax));
      program.back().set(Field::Rows, 1).set(Field::StatRow, i);
      if (i % 3 != 2) program.back().set(Field::Panels, 1).set(Field::StatsInit, 1);
    }
    pair.bench.scratch = pair.model.scratch;
    pair.run(program);
  }
}

TEST_CASE("a command behind another costs two cycles more than its rows") {
  const auto cycles = [](int commands) {
    Pair<Base16Pwl> pair(1);
    Command command(Opcode::RowMax);
    command.set(Field::Rows, 64).set(Field::Panels, 2).set(Field::AccStride, 64);
    command.set(Field::Shift, 16).set(Field::ValidHigh, 1000).set(Field::StatsInit, 1);
    pair.run(std::vector<Command>(static_cast<std::size_t>(commands), command));
    return pair.bench.done.back().cycle;
  };
  CHECK(cycles(9) - cycles(1) == 8 * (2 * 64 + 2));
}
