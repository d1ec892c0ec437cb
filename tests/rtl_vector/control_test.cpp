#include "gen/latencies.hpp"
#include "gen/tables/registers.hpp"
#include "tests/catch.hpp"
#include "tests/rtl_vector/devices.hpp"

using namespace intformer;
using namespace intformer::test;

namespace {

/// Cycles from taking a command of this shape to its done, without stalls.
template <typename D>
uint64_t cycles(Opcode op, uint32_t rows, uint32_t panels, bool in16 = false, bool out16 = false) {
  Pair<D> pair(1);
  AnyCommand command(op);
  command.set(Field::Rows, rows).set(Field::Panels, panels).set(Field::AccStride, rows);
  command.set(Field::InStride, 2 * rows).set(Field::OutAddr, pair.commands.regions.out8Base());
  command.set(Field::OutStride, rows).set(Field::Out16Addr, pair.commands.regions.out16Base());
  command.set(Field::Out16Stride, 2 * rows).set(Field::In16, in16);
  command.set(Field::Out8, op != Opcode::Residual).set(Field::Out16, out16).set(Field::Shift, 16);
  command.set(Field::Stats, 1).set(Field::StatsInit, 1).set(Field::ValidHigh, 1000);
  pair.commands.drawConstants(command, pair.model.scratch);
  pair.bench.scratch = pair.model.scratch;
  pair.run({command});
  return pair.bench.done[0].cycle - pair.bench.accepted[0];
}

}  // namespace

TEMPLATE_TEST_CASE("a row costs its beats, words read or words written", "", Tiny4, Tiny4Single,
                   Edge8, Base16Pwl) {
  constexpr uint32_t rows = 40, panels = 4;
  constexpr uint64_t beats = TestType::kDim / TestType::kLanes;
  struct Case {
    Opcode op;
    bool in16, out16;
    uint64_t words;
  };
  const Case cases[] = {
      {Opcode::Requantize, false, false, 1}, {Opcode::Residual, false, false, 2},
      {Opcode::Residual, true, false, 2},    {Opcode::Activation, false, false, 1},
      {Opcode::RowMax, false, false, 1},     {Opcode::Exp, false, false, 1},
      {Opcode::RowMax, true, false, 2},      {Opcode::RowMax, false, true, 2},
      {Opcode::RowMax, true, true, 2},       {Opcode::Exp, true, false, 2},
      {Opcode::RowNormalize, false, false, 1}, {Opcode::LayerNorm, true, false, 2},
      {Opcode::LayerNorm, true, true, 3}};
  for (const Case& c : cases) {
    const uint64_t measured = cycles<TestType>(c.op, rows, panels, c.in16, c.out16);
    const uint64_t work = rows * panels * std::max(beats, c.words);
    // Constants are fetched while the last rows of the panel before are in the lanes.
    const uint64_t constants = panels * (constantBytes(c.op) > 0 ? constantBytes(c.op) * beats + 6 : 0);
    INFO(nameOf(c.op) << ": " << measured << " cycles, work " << work << ", constants "
                      << constants);
    CHECK(measured >= work);
    CHECK(measured <= work + constants + Latencies{}.laneStages() + 13 + beats);
  }
}

TEST_CASE("row-scalar commands retire at once and hold back only the rows that need them") {
  Pair<Edge8> pair(2);
  const auto scalar = [&] {
    return Command(Opcode::RowScalarSoftmax).set(Field::Rows, 100).set(Field::Multiplier, 40000)
        .set(Field::Shift, 20);
  };
  const auto requantize = [&] {
    Command command(Opcode::Requantize);
    command.set(Field::Rows, 10).set(Field::Panels, 1).set(Field::Out8, 1);
    command.set(Field::OutAddr, pair.commands.regions.out8Base());
    pair.commands.drawConstants(command, pair.model.scratch);
    return command;
  };
  Command normalize(Opcode::RowNormalize);
  normalize.set(Field::Rows, 100).set(Field::Panels, 1);
  normalize.set(Field::OutAddr, pair.commands.regions.out8Base() + 20);
  Command weights(Opcode::Exp);  // multiplier 0: all weights are 255
  weights.set(Field::Rows, 100).set(Field::Panels, 1).set(Field::StatsInit, 1);
  weights.set(Field::ValidHigh, 100).set(Field::OutAddr, pair.commands.regions.out8Base() + 20);
  const std::vector<Command> program = {weights,   scalar(), requantize(),
                                        normalize, scalar(), scalar()};
  pair.bench.scratch = pair.model.scratch;
  pair.run(program);
  const auto& done = pair.bench.done;
  const auto& accepted = pair.bench.accepted;
  CHECK(done[1].cycle - done[0].cycle <= 2);      // in order, then at once
  CHECK(done[2].cycle - accepted[1] < 100);       // beside the scalar unit
  CHECK(done[3].cycle - accepted[1] > 100 * 16);  // after it, row by row
  CHECK(done[3].cycle - accepted[1] < 100 * 16 + 60);
  CHECK(accepted[5] - accepted[4] > 100 * 16);    // one at a time
}

TEST_CASE("statistics slots beyond their end are refused and nothing is done") {
  for (const Opcode op : {Opcode::RowMax, Opcode::Exp, Opcode::RowNormalize, Opcode::LayerNorm,
                          Opcode::Residual, Opcode::RowScalarSoftmax, Opcode::RowScalarLayerNorm}) {
    Pair<Edge8> pair(3);
    const auto command = [&](uint32_t slot) -> Command {
      AnyCommand c(op);
      c.set(Field::Rows, 5).set(Field::StatRow, slot);
      if (op == Opcode::RowScalarSoftmax) return c;
      if (op == Opcode::RowScalarLayerNorm)
        return c.set(Field::Epsilon, 64).set(Field::Width, 8).set(Field::WidthLog, 3)
            .set(Field::MeanFactor, 1 << 23);
      return c.set(Field::Panels, 1).set(Field::Stats, 1).set(Field::Shift, 9).set(Field::Out8, 1)
          .set(Field::OutAddr, pair.commands.regions.out8Base())
          .set(Field::Out16Addr, pair.commands.regions.out16Base());
    };
    pair.bench.push(command(kSlots - 5));  // the last that fits
    pair.bench.push(command(kSlots - 4));
    for (int i = 0; i < 500; ++i) pair.bench.tick();
    REQUIRE(pair.bench.errors.size() == 1);
    CHECK(pair.bench.errors[0].code == static_cast<uint32_t>(ErrorCode::StatRange));
    CHECK(pair.bench.errors[0].index == 1);
    CHECK(pair.bench.errors[0].addr == kSlots);
    CHECK(pair.bench.done.size() == 1);
    const uint64_t writes = pair.bench.writes;
    pair.bench.top.rst_ni = 0;
    pair.bench.tick();
    pair.bench.top.rst_ni = 1;
    pair.bench.errors.clear();
    pair.bench.push(command(kSlots + 3));
    for (int i = 0; i < 300; ++i) pair.bench.tick();
    REQUIRE(pair.bench.errors.size() == 1);
    CHECK(pair.bench.errors[0].addr == kSlots + 3);
    CHECK(pair.bench.writes == writes);
  }
}

TEST_CASE("halt finishes the command under way and takes no other") {
  Pair<Edge8> pair(4);
  AnyCommand command(Opcode::Requantize);
  command.set(Field::Rows, 30).set(Field::Panels, 2);
  command.set(Field::AccStride, 30).set(Field::OutStride, 30);
  command.set(Field::OutAddr, pair.commands.regions.out8Base()).set(Field::Out8, 1);
  pair.commands.drawConstants(command, pair.model.scratch);
  pair.bench.scratch = pair.model.scratch;
  pair.bench.push(command);
  pair.bench.push(command);
  for (int i = 0; i < 20; ++i) pair.bench.tick();
  pair.bench.top.halt_i = 1;
  for (int i = 0; i < 1000; ++i) pair.bench.tick();
  CHECK(pair.bench.accepted.size() == 1);
  CHECK(pair.bench.done.size() == 1);
  CHECK(pair.bench.writes == 60);
  CHECK(pair.bench.top.busy_o == 0);
}
