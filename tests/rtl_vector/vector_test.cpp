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
