#include "sw/emulator/touches.hpp"

#include "tests/catch.hpp"
#include "tests/emulator/bench.hpp"
#include "tests/operands_by_hand.hpp"

using namespace intformer;
using namespace intformer::test;

TEST_CASE("touches are the addresses of a command, neighbours merged", "[emulator]") {
  const Plan plan = smallPlan();
  RandomSource random(2);
  std::vector<emulator::Touch> touches;
  for (const OpcodeSpec& opcode : opcodes())
    for (int round = 0; round < 50; ++round) {
      const Command command = randomLegalCommand(opcode.opcode, plan.dim, random);
      const std::vector<uint32_t> list = randomList(command, random);
      emulator::listTouches(plan, command, touches);
      emulator::listGatheredRows(plan, command, list, touches);
      std::set<Touched> found;
      for (const emulator::Touch& touch : touches)
        for (uint64_t address = touch.begin; address < touch.end; ++address)
          found.insert({touch.space, touch.write, address});
      INFO(opcode.name << ", round " << round);
      REQUIRE(found == TouchedByHand(command, plan.dim, list).addresses);
      for (std::size_t i = 1; i < touches.size(); ++i)
        REQUIRE((touches[i - 1].space != touches[i].space ||
                 touches[i - 1].write != touches[i].write ||
                 touches[i - 1].end != touches[i].begin));
    }
}
