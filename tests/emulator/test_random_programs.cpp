#include <set>

#include "tests/catch.hpp"
#include "tests/emulator/bench.hpp"
#include "tests/programs/random_program.hpp"

namespace intformer::test {

using namespace emulator;

namespace {

Plan planOf(uint32_t dim, Family family) {
  Plan plan = smallPlan();
  plan.dim = plan.lanes = dim;
  plan.family = family;
  plan.scratchWords = 64 * dim + 512;
  plan.accRows = 8 * dim;
  plan.statRows = 8 * dim;
  return plan;
}

EmulatorOptions optionsOf(const RandomProgram& program) {
  EmulatorOptions options;
  options.windows = program.windows;
  options.programAddress = program.programAddress;
  return options;
}

TEST_CASE("random programs are legal, and cover every opcode", "[emulator]") {
  std::set<Opcode> seen;
  std::size_t commands = 0;
  for (const uint32_t dim : {4U, 8U, 16U, 32U, 64U}) {
    const Plan plan = planOf(dim, dim % 3 == 1 ? Family::Pwl : Family::Ibert);
    for (uint64_t seed = 0; seed < 200; ++seed) {
      RandomProgram program = randomProgram(plan, seed);
      const std::vector<uint8_t> before = program.memory;
      const EmulationResult result =
          runProgram(plan, program.commands, program.memory, optionsOf(program));
      INFO("dim " << dim << " seed " << seed << ": " << result.message);
      REQUIRE(result.ok());
      REQUIRE(result.unusedTokens == 0);
      REQUIRE(program.commands.size() <= kMaxRandomCommands);
      REQUIRE(program.memory != before);
      for (const Command& command : program.commands) seen.insert(command.opcode());
      commands += program.commands.size();
    }
  }
  CHECK(seen.size() == opcodes().size());
  INFO("commands " << commands);
  CHECK(commands > 1000 * 10);
}

TEST_CASE("the same seed gives the same program", "[emulator]") {
  const Plan plan = planOf(8, Family::Pwl);
  const RandomProgram one = randomProgram(plan, 7);
  const RandomProgram two = randomProgram(plan, 7);
  CHECK(one.commands == two.commands);
  CHECK(one.memory == two.memory);
  CHECK(randomProgram(plan, 8).commands != one.commands);
}

/// Removes the n-th token of the program with its signal; false when there are fewer.
bool dropToken(std::vector<Command>& commands, std::size_t n) {
  uint64_t given[kQueueCount][kQueueCount] = {};
  for (Command& waiter : commands) {
    const OpcodeSpec* spec = findOpcode(waiter.opcode());
    if (!spec->queue) continue;
    const auto to = static_cast<std::size_t>(*spec->queue);
    for (std::size_t from = 0; from < kQueueCount; ++from) {
      if (!waiter.waitsFor(static_cast<Queue>(from))) continue;
      const uint64_t number = given[from][to]++;
      if (n-- != 0) continue;
      waiter.set(Field::Wait, waiter.get(Field::Wait) & ~(int64_t{1} << from));
      uint64_t count = 0;
      for (Command& giver : commands) {
        const OpcodeSpec* giverSpec = findOpcode(giver.opcode());
        if (!giverSpec->queue || static_cast<std::size_t>(*giverSpec->queue) != from ||
            !giver.signals(*spec->queue) || count++ != number)
          continue;
        giver.set(Field::Signal, giver.get(Field::Signal) & ~(int64_t{1} << to));
        return true;
      }
    }
  }
  return false;
}

TEST_CASE("a program without one of its tokens is caught as a race", "[emulator]") {
  const Plan plan = planOf(8, Family::Pwl);
  std::size_t dropped = 0, caught = 0;
  for (uint64_t seed = 0; seed < 60; ++seed) {
    const RandomProgram program = randomProgram(plan, seed);
    for (std::size_t n = 0;; ++n) {
      std::vector<Command> commands = program.commands;
      if (!dropToken(commands, n)) break;
      std::vector<uint8_t> memory = program.memory;
      const EmulationResult result = runProgram(plan, commands, memory, optionsOf(program));
      ++dropped;
      if (result.fault == Fault::Race) ++caught;
      if (result.fault != Fault::Race) CHECK(result.ok());  // redundant, not something else
    }
  }
  INFO("caught " << caught << " of " << dropped);
  CHECK(dropped > 500);
  CHECK(caught * 10 > dropped * 7);  // some tokens are redundant on purpose
}

}  // namespace
}  // namespace intformer::test
