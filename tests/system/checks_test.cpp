#include "tests/catch.hpp"
#include "tests/system/support.hpp"

using namespace intformer;
using namespace intformer::system_test;

/// The checks themselves: what is wrong on purpose must be found and named.
namespace {

struct Setup {
  Device device;
  explicit Setup(const std::filesystem::path& library = {}) : device("tiny4", {}, library) {}
  Workload work = makeWorkload(smallEncoder(4), 1, 9, device.plan.family, 3);
  Program program = compiler::compile(work.graph, device.plan);
  std::vector<uint8_t> image = buildImage(program, work.graph, work.inputs);

  const Placement& placementOf(const std::string& tensor) const {
    for (const Placement& placement : program.placements)
      if (work.graph.tensors[placement.tensor].name == tensor) return placement;
    throw std::logic_error("no tensor " + tensor);
  }
  tb::RtlCheck run() {
    tb::Scoreboard scoreboard(program, work.graph, work.golden);
    return checkOnDevice(device.sim, device.plan, program, scoreboard, image, tb::memoryTiming(20));
  }
};

}  // namespace

TEST_CASE("an untouched run is equal", "[checks]") { CHECK(Setup().run().equal()); }

TEST_CASE("a flipped bit in the weight image is found and named", "[checks]") {
  Setup setup;
  // The first load of the first linear operator that reads constants: its weights or their scales.
  const OperatorTrace& op = setup.program.operators.front();
  uint64_t address = 0;
  for (const uint32_t index : op.commands) {
    const Command& command = setup.program.commands[index];
    if (command.opcode() != Opcode::Load) continue;
    address = command.at(Field::MemoryAddr);
    if (address < setup.program.readOnlyEnd) break;
  }
  REQUIRE(address < setup.program.readOnlyEnd);
  setup.image[address] ^= 0x40;
  const tb::RtlCheck check = setup.run();
  REQUIRE(check.run.ok());
  REQUIRE(check.comparison.first);
  const tb::Mismatch& first = *check.comparison.first;
  INFO(first.text());
  CHECK(first.operatorName == op.name);
  CHECK(first.command);
  CHECK(first.cycle > check.run.startCycle);
  CHECK(first.expected != first.got);
  CHECK_THAT(first.text(), containsText(first.tensor) && containsText("row") &&
                               containsText("cycle") && containsText("command"));
}

TEST_CASE("a flipped bit in a result is found in its row and column", "[checks]") {
  Setup setup;
  REQUIRE(setup.run().equal());
  for (const std::string tensor : {"layer0.attention.weights", "layer0.ffn.hidden",
                                   "layer0.ffn.residual", "layer0.output16"}) {
    const Placement& placement = setup.placementOf(tensor);
    const TensorInfo& info = setup.work.graph.tensors[placement.tensor];
    const uint32_t row = info.rows - 2;
    const uint32_t col = info.cols - 1;
    std::vector<uint8_t> memory = setup.device.sim.memory();
    memory[placement.addressOf(row, col)] ^= 1;
    tb::Scoreboard scoreboard(setup.program, setup.work.graph, setup.work.golden);
    const tb::Comparison comparison = scoreboard.compare(memory, false);
    CHECK(comparison.mismatches == 1);
    REQUIRE(comparison.first);
    CHECK(comparison.first->tensor == tensor);
    CHECK(comparison.first->row == row);
    CHECK(comparison.first->col == col);
    CHECK(comparison.first->expected == setup.work.golden[placement.tensor].at(row, col));
    CHECK((comparison.first->expected ^ comparison.first->got) == 1);
  }
}

TEST_CASE("a value that was never written is found although it is equal", "[checks]") {
  Setup setup;
  REQUIRE(setup.run().equal());
  tb::Scoreboard fresh(setup.program, setup.work.graph, setup.work.golden);
  const tb::Comparison comparison = fresh.compare(setup.device.sim.memory(), true);
  CHECK(comparison.mismatches == comparison.values);
  REQUIRE(comparison.first);
  CHECK_THAT(comparison.first->text(), containsText("never written"));
}

TEST_CASE("one wrong line in a copy of the RTL is found and named", "[mutants]") {
  struct Mutant {
    std::string file, line, wrong, tensor;
  };
  const Mutant mutant = GENERATE(
      Mutant{"array/tiny4_systolic_row.sv", "= 16'(activation_q * active[c]);",
             "= 16'(activation_q * active[c]) & ~16'd1;", "layer0.attention"},
      Mutant{"vector/tiny4_activation_unit.sv", "4'b0, 1'b1}", "4'b1, 1'b1}", "layer0.ffn.hidden"},
      Mutant{"vector/tiny4_lanes_finish.sv", "9'(value_7[l] >>> 8) + 9'(value_7[l][7])",
             "9'(value_7[l] >>> 8)", "layer0.attention.norm8"});
  INFO(mutant.file << ": " << mutant.line << " -> " << mutant.wrong);
  const Plan plan = planOf("tiny4");
  std::vector<EmittedFile> files = emitAll(plan);
  bool changed = false;
  for (EmittedFile& file : files) {
    if (file.path != mutant.file) continue;
    const std::size_t at = file.text.find(mutant.line);
    REQUIRE(at != std::string::npos);
    file.text.replace(at, mutant.line.size(), mutant.wrong);
    changed = true;
  }
  REQUIRE(changed);
  Setup setup(tb::buildDevice(plan, files));
  const tb::RtlCheck check = setup.run();
  REQUIRE(check.run.ok());
  REQUIRE(check.comparison.first);
  INFO(check.comparison.first->text());
  CHECK(check.comparison.mismatches > 1);
  CHECK_THAT(check.comparison.first->tensor, Catch::Matchers::StartsWith(mutant.tensor));
  CHECK(check.comparison.first->command);
  CHECK(check.comparison.first->cycle > 0);
}

TEST_CASE("a write outside all tensors is found", "[checks]") {
  Setup setup;
  tb::Scoreboard scoreboard(setup.program, setup.work.graph, setup.work.golden);
  const uint8_t byte = 5;
  scoreboard.observe(123, setup.program.programAddress, &byte, 1);
  REQUIRE(scoreboard.firstWrite());
  CHECK(scoreboard.firstWrite()->tensor == "memory outside all tensors");
  CHECK(scoreboard.firstWrite()->cycle == 123);
}
