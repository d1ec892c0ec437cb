#include "tests/catch.hpp"
#include "tests/rtl_vector/devices.hpp"
#include "tests/rtl_vector/seed.hpp"

using namespace intformer;
using namespace intformer::test;

namespace {

constexpr Opcode kVectorOpcodes[] = {
    Opcode::Requantize,   Opcode::Residual,  Opcode::Activation,       Opcode::RowMax, Opcode::Exp,
    Opcode::RowNormalize, Opcode::LayerNorm, Opcode::RowScalarSoftmax, Opcode::RowScalarLayerNorm};

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
        program.push_back(pair.draw(kVectorOpcodes[pair.commands.number(0, 8)]));
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
      Command command(op);
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
